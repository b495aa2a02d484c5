import { and, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { cells, runCells, runs } from '@/db/schema'
import type { Job } from '@/lib/contracts/job'
import type { RunRecord } from '@/lib/contracts/run'
import { STATUSES, statusCode } from '@/lib/contracts/status'
import type { RunInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { openJobs } from '@/lib/queue/lookups'
import { enqueue, requestCancel } from '@/lib/queue/queue'
import { getMeasured, outputsOf, runLabel } from '@/lib/metrics'
import { ColumnWriter } from '../columns/writer'
import { pinnedRun, type RunRow } from './extend-run'
import { countRows, countRun } from './row-status'
import { summariseRuns } from './summary'

/** Codes of statuses that "retry failed rows" asks again. */
const RETRYABLE = new Set(
  STATUSES.filter((status) => status.retryable).map((status) => statusCode(status.name)),
)

function noSuchRun(): AppError {
  return new AppError('not_found', 'There is no such run; it may have been deleted.')
}

/** Returns the row of a run; throws `not_found` when it is not there, or deleted and `deleted` is not set. */
export function getRunRow(db: Db, id: string, options: { deleted?: boolean } = {}): RunRow {
  const row = db.select().from(runs).where(eq(runs.id, id)).get()
  if (!row || (row.deletedAt !== null && !options.deleted)) {
    throw noSuchRun()
  }
  return row
}

/** Returns one run with its whole card; throws `not_found` like `getRunRow`. */
export function getRun(db: Db, id: string): RunInfo {
  const [run] = summariseRuns(db, eq(runs.no, getRunRow(db, id).no))
  return run as RunInfo
}

/** Returns the runs of a study with their cards, newest first; `onError` hears of those that cannot be read. */
export function listRuns(db: Db, studyId: string, onError?: (error: AppError) => void): RunInfo[] {
  const which = sql`${eq(runs.studyId, studyId)} and ${isNull(runs.deletedAt)}`
  return summariseRuns(db, which, onError)
}

/** Makes a run the one that its metric's columns show by default. */
export function pinRun(db: Db, id: string): RunInfo {
  inTransaction(db, () => {
    const run = getRunRow(db, id)
    db.update(runs)
      .set({ pinned: false })
      .where(and(eq(runs.studyId, run.studyId), eq(runs.metricId, run.metricId)))
      .run()
    db.update(runs).set({ pinned: true }).where(eq(runs.no, run.no)).run()
  })
  return getRun(db, id)
}

/** Deletes a run (it can be restored for 7 days), stops its jobs, and pins the newest other run of its metric. */
export function deleteRun(db: Db, id: string): void {
  inTransaction(db, () => {
    const { no, studyId, metricId, pinned } = getTableColumns(runs)
    // Whatever else the row holds: a run that cannot be read can be deleted.
    const run = db
      .select({ no, studyId, metricId, pinned })
      .from(runs)
      .where(and(eq(runs.id, id), isNull(runs.deletedAt)))
      .get()
    if (!run) throw noSuchRun()
    const now = Date.now()
    db.update(runs).set({ deletedAt: now, pinned: false }).where(eq(runs.no, run.no)).run()
    for (const job of openJobs(db, 'compute', { runId: id })) requestCancel(db, job.id, now)
    if (!run.pinned) return
    const same = and(eq(runs.studyId, run.studyId), eq(runs.metricId, run.metricId))
    const next = db
      .select({ no })
      .from(runs)
      .where(and(same, isNull(runs.deletedAt)))
      .orderBy(desc(runs.no))
      .limit(1)
      .get()
    if (next) db.update(runs).set({ pinned: true }).where(eq(runs.no, next.no)).run()
  })
}

/** Undoes a deletion; the run is pinned again when its metric has no pinned run. */
export function restoreRun(db: Db, id: string): RunInfo {
  inTransaction(db, () => {
    const run = getRunRow(db, id, { deleted: true })
    const pinned = pinnedRun(db, run)
    db.update(runs).set({ deletedAt: null, pinned: !pinned }).where(eq(runs.no, run.no)).run()
  })
  return getRun(db, id)
}

/**
 * Makes the failed rows of a run's current cells pending again and returns how many there were; call it in a transaction.
 * Rows of superseded cells stay as they are: no job would compute them.
 */
export function resetFailedRows(db: Db, run: RunRow): number {
  const outputs = outputsOf(getMeasured(run.metricId), run.definition.params)
  const parts = db
    .select({ cellNo: runCells.cellNo, rowCount: cells.rowCount, version: runCells.version })
    .from(runCells)
    .innerJoin(cells, eq(cells.no, runCells.cellNo))
    .where(and(eq(runCells.runNo, run.no), isNull(cells.supersededAt)))
    .all()
  const dropDetail = hotWrite(db, {
    why: 'once a row that failed',
    sql: 'delete from row_details where run_no = ? and cell_no = ? and idx = ?',
  })
  let reset = 0
  for (const { cellNo, rowCount, version } of parts) {
    const writer = new ColumnWriter(db, run.no, cellNo, rowCount, outputs)
    const failed: number[] = []
    writer.rowStatus.forEach((code, idx) => {
      if (RETRYABLE.has(code)) failed.push(idx)
    })
    if (failed.length === 0) continue
    writer.clearRows(failed)
    writer.flush()
    for (const idx of failed) dropDetail.run(run.no, cellNo, idx)
    const { total, done, valued } = countRows(writer.rowStatus)
    db.update(runCells)
      .set({ total, done, valued, version: version + 1, finishedAt: null })
      .where(and(eq(runCells.runNo, run.no), eq(runCells.cellNo, cellNo)))
      .run()
    reset += failed.length
  }
  const { done, valued, reasons } = countRun(db, run.no)
  const { recorded } = run.record
  const record: RunRecord = {
    ...run.record,
    rows: done,
    valued,
    reasons,
    finishedAt: null,
    // What is asked again here no longer came with the sample.
    ...(recorded ? { recorded: { ...recorded, rows: Math.max(0, recorded.rows - reset) } } : {}),
  }
  db.update(runs).set({ record }).where(eq(runs.no, run.no)).run()
  return reset
}

/** Asks again for the rows of a run that failed; throws `conflict` when none did. */
export function retryRun(db: Db, id: string): Job {
  return inTransaction(db, () => {
    const run = getRunRow(db, id)
    // Only another file could say more.
    const count = getMeasured(run.metricId).isImported ? 0 : resetFailedRows(db, run)
    if (count === 0) throw new AppError('conflict', 'No row of this run can be retried.')
    return enqueue(db, {
      kind: 'compute',
      payload: { runId: run.id },
      names: { run: `${runLabel(run.metricId, run.definition.params)}, failed rows again` },
      studyId: run.studyId,
      progress: { total: count },
    })
  })
}
