import { ExperimentsView } from '@/components/views/experiments/experiments-view'

export default async function ExperimentsPage({
  params,
}: {
  params: Promise<{ studyId: string }>
}) {
  const { studyId } = await params
  return <ExperimentsView studyId={studyId} />
}
