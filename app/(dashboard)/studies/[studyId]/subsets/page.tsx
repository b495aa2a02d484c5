import { SubsetsView } from '@/components/views/subsets/subsets-view'

export default async function SubsetsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <SubsetsView studyId={studyId} />
}
