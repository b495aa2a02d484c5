import { CompareView } from '@/components/views/compare/compare-view'

export default async function ComparePage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <CompareView studyId={studyId} />
}
