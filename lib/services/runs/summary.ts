import { and, eq, isNull, sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { cells, responseSets, runCells, runs } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { FROM_FILES } from '@/lib/contracts/responses'
import type { RunInfo } from '@/lib/contracts/study'
import type { AppError } from '@/lib/errors'
import { runLabel } from '@/lib/metrics'
import type { RunRow } from './extend-run'
import { OUTDATED } from './outdated'
import { costOfRun } from './prices'

type RunSums = Pick<RunInfo, 'total' | 'done' | 'valued' | 'outdatedCells' | 'responseSets'>

const NO_ROWS: RunSums = { total: 0, done: 0, valued: 0, outdatedCells: 0, responseSets: [] }

const labelsSchema = z.array(z.string())

/** Sums over the current cells of each run; rows of a superseded revision are read by nobody, so they do not count. */
function sumsByRun(db: Db, which: SQL): Map<number, RunSums> {
  return new Map(
    db
      .select({
        runNo: runCells.runNo,
        total: sql<number>`sum(${runCells.total})`,
        done: sql<number>`sum(${runCells.done})`,
        valued: sql<number>`sum(${runCells.valued})`,
        outdatedCells: sql<number>`sum(${OUTDATED})`,
        responseSets: sql<string>`json_group_array(distinct case ${responseSets.kind} when 'imported' then ${FROM_FILES} else ${responseSets.label} end) filter (where ${responseSets.no} is not null)`,
      })
      .from(runCells)
      .innerJoin(runs, eq(runCells.runNo, runs.no))
      .innerJoin(cells, eq(runCells.cellNo, cells.no))
      .leftJoin(responseSets, eq(responseSets.no, runCells.responseSetNo))
      .where(and(which, isNull(cells.supersededAt)))
      .groupBy(runCells.runNo)
      .all()
      .map(({ runNo, responseSets: labels, ...sums }) => [
        runNo,
        { ...sums, responseSets: labelsSchema.parse(JSON.parse(labels)) },
      ]),
  )
}

/**
 * Returns the cards of the runs that a condition on `runs` selects, newest first, deleted ones included. A run that cannot
 * be read is left out, and `onError` hears what is wrong with it.
 */
export function summariseRuns(
  db: Db,
  which: SQL,
  onError: (error: AppError) => void = () => {},
): RunInfo[] {
  const sums = sumsByRun(db, which)
  const query = db
    .select()
    .from(runs)
    .where(which)
    .orderBy(sql`${runs.no} desc`)
  const { rows, unreadable } = readableRows(() => query.all())
  for (const { error } of unreadable) onError(error)
  return rows.map((run: RunRow) => ({
    id: run.id,
    metric: run.metricId,
    metricLabel: runLabel(run.metricId, run.definition.params),
    metricVersion: run.metricVersion,
    definitionHash: run.definitionHash,
    definition: run.definition,
    rowSet: run.rowSet,
    record: run.record,
    cost: costOfRun(db, run),
    backendId: run.backendId,
    pinned: run.pinned,
    createdAt: run.createdAt,
    ...(sums.get(run.no) ?? NO_ROWS),
  }))
}
