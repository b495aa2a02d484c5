import { startRuns } from '@/lib/services/runs/compute'
import { placedStages, type ExperimentRow } from '@/lib/services/experiments/records'
import type { WorkerContext } from '@/lib/worker/types'

/** Queues the plan's metrics over the files of the experiment and its seeds, and returns which could not be queued and why. */
export function runMeasureStage(
  context: WorkerContext,
  experiment: ExperimentRow,
): Record<string, unknown> {
  const { db, config } = context
  const { measures, budget } = experiment.plan
  if (!measures) return {}
  const made = placedStages(db, experiment).flatMap(({ row }) => row.cells)
  // A metric would be computed for all rows of a seed file: those of a sample are left out.
  const seeds = experiment.seeds.filter(({ rows }) => rows === null).map(({ cellId }) => cellId)
  const request = {
    ...measures,
    rowSet: { kind: 'all' as const },
    cellIds: [...seeds, ...made],
    budget,
  }
  const { blocked } = startRuns({ db, config }, experiment.studyId, request)
  for (const { metric, reason } of blocked) context.log('warn', `${metric}: ${reason}`)
  return { blocked }
}
