import { RowsView } from '@/components/views/rows/rows-view'

export default async function RowsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <RowsView studyId={studyId} />
}
