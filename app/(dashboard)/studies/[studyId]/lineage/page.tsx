import { LineageView } from '@/components/views/lineage/lineage-view'

export default async function LineagePage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <LineageView studyId={studyId} />
}
