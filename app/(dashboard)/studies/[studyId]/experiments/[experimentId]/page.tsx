import { ExperimentView } from '@/components/views/experiments/experiment-view'

export default async function ExperimentPage({
  params,
}: {
  params: Promise<{ studyId: string; experimentId: string }>
}) {
  return <ExperimentView {...await params} />
}
