import { ExportView } from '@/components/views/export/export-view'

export default async function ExportPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <ExportView studyId={studyId} />
}
