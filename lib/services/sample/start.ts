import { and, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { runCells, runs } from '@/db/schema'
import type { StartedRuns } from '@/lib/contracts/run-replies'
import { errorCode, errorMessage } from '@/lib/errors'
import { getMeasured } from '@/lib/metrics'
import { requestedCells, startRuns } from '../runs/compute'
import type { ServiceContext } from '../context'
import { readSampleMetrics, type SampleMetric } from './manifest'

/** Returns the ids of the cells in which no run has the metric's values. */
export function cellsWithout(db: Db, studyId: string, { metric }: SampleMetric): string[] {
  const has = new Set(
    db
      .select({ no: runCells.cellNo })
      .from(runCells)
      .innerJoin(runs, eq(runs.no, runCells.runNo))
      .where(and(eq(runs.studyId, studyId), eq(runs.metricId, metric), isNull(runs.deletedAt)))
      .all()
      .map(({ no }) => no),
  )
  return requestedCells(db, studyId, [], getMeasured(metric))
    .filter((cell) => !has.has(cell.no))
    .map((cell) => cell.id)
}

function startOne(
  context: ServiceContext,
  studyId: string,
  { metric, params }: SampleMetric,
  cellIds: string[],
): StartedRuns {
  try {
    return startRuns(context, studyId, {
      metrics: [{ metric, params }],
      backends: {},
      rowSet: { kind: 'all' },
      cellIds,
    })
  } catch (error) {
    // No backend can do it here; the other metrics may still run.
    if (errorCode(error) !== 'capability_missing') throw error
    return { runs: [], jobs: [], blocked: [{ metric, reason: errorMessage(error) }] }
  }
}

/**
 * Starts the sample's metrics in the cells that `cellsOf` names (by default those that have no values yet) and returns
 * runs, jobs, and the metrics that cannot run here.
 */
export function startSample(
  context: ServiceContext,
  studyId: string,
  cellsOf: (wanted: SampleMetric) => string[] = (wanted) =>
    cellsWithout(context.db, studyId, wanted),
): StartedRuns {
  const all: StartedRuns = { runs: [], jobs: [], blocked: [] }
  for (const wanted of readSampleMetrics()) {
    const cellIds = cellsOf(wanted)
    if (cellIds.length === 0) continue
    const started = startOne(context, studyId, wanted, cellIds)
    all.runs.push(...started.runs)
    all.jobs.push(...started.jobs)
    all.blocked.push(...started.blocked)
  }
  return all
}
