import { DecisionsView } from '@/components/views/decisions/decisions-view'

export default async function DecisionsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <DecisionsView studyId={studyId} />
}
