import { ResultsView } from '@/components/views/results/results-view'

export default async function ResultsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <ResultsView studyId={studyId} />
}
