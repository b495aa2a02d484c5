import { ResponsesView } from '@/components/views/responses/responses-view'

export default async function ResponsesPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <ResponsesView studyId={studyId} />
}
