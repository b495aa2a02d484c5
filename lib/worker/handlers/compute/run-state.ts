import { and, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { arms, cells, runCells, runs, seedSets } from '@/db/schema'
import type { JobProgress } from '@/lib/contracts/job'
import type { RunRecord } from '@/lib/contracts/run'
import { addMeters, emptyMeter, type Meter } from '@/lib/contracts/meter'
import { carriesValue, statusCode, statusOf, STATUSES } from '@/lib/contracts/status'
import type { RowResult } from '@/lib/metrics/types'
import type { ColumnWriter } from '@/lib/services/columns/writer'
import type { RunRow } from '@/lib/services/runs/extend-run'
import { countRows, readRowStatus, sumCounts, type RowCounts } from '@/lib/services/runs/row-status'
import type { WorkerContext, MeteredSession } from '@/lib/worker/types'
import { RateMeter } from './rate'

// An example shows the kind of trouble, not a whole reply.
const EXAMPLE_CHARACTERS = 200

/** A cell of a run with the names that progress shows. */
export interface RunCell {
  cellNo: number
  cellId: string
  rowCount: number
  responseSetNo: number | null
  alignmentNo: number | null
  name: string
}

interface CellNames {
  seedSet: string
  arm: string | null
  round: number
}

function nameOf({ seedSet, arm, round }: CellNames): string {
  return arm === null ? `${seedSet}, seeds` : `${seedSet}, ${arm}, round ${round}`
}

/** Returns the current cells of a run, early rounds first; superseded ones are left as they are. */
export function runCellList(db: Db, runNo: number): RunCell[] {
  const found = db
    .select({
      cellNo: runCells.cellNo,
      cellId: cells.id,
      rowCount: cells.rowCount,
      responseSetNo: runCells.responseSetNo,
      alignmentNo: runCells.alignmentNo,
      seedSet: seedSets.label,
      arm: arms.label,
      round: cells.round,
    })
    .from(runCells)
    .innerJoin(cells, eq(cells.no, runCells.cellNo))
    .innerJoin(seedSets, eq(seedSets.id, cells.seedSetId))
    .leftJoin(arms, eq(arms.id, cells.armId))
    .where(and(eq(runCells.runNo, runNo), isNull(cells.supersededAt)))
    .orderBy(cells.round, seedSets.position, seedSets.key, arms.colorIndex, cells.no)
    .all()
  return found.map(({ seedSet, arm, round, ...cell }) => ({
    ...cell,
    name: nameOf({ seedSet, arm, round }),
  }))
}

/** Counts, record and progress of a run while a job works on it; the one place that writes results. */
export class RunState {
  private readonly counts = new Map<number, RowCounts>()
  private readonly examples = new Map<string, string>()
  private readonly rate = new RateMeter()
  private readonly started: Meter
  private readonly last: Meter
  // Elapsed time follows the monotonic clock: a corrected wall clock must not stop commits or spoil rates.
  private lastCommit = performance.now()
  /** Rows done by a cell-scope metric that has not ended yet. */
  private ahead = 0

  constructor(
    private readonly context: WorkerContext,
    private readonly run: RunRow,
    private readonly session: MeteredSession | null,
    cellList: readonly RunCell[],
  ) {
    for (const { cellNo, rowCount } of cellList) {
      this.counts.set(cellNo, countRows(readRowStatus(context.db, run.no, cellNo, rowCount)))
    }
    this.started = { ...(session?.meter ?? emptyMeter()) }
    this.last = { ...this.started }
    this.rate.add(this.totals().done, performance.now())
    this.report()
  }

  /** Milliseconds since results were last written. */
  get sinceCommit(): number {
    return performance.now() - this.lastCommit
  }

  /** Sums over the run's cells. */
  totals(): RowCounts {
    return sumCounts(this.counts.values())
  }

  /** Keeps one example a status for the job's page. */
  noteExample(row: RowResult): void {
    if (carriesValue(statusCode(row.status)) || this.examples.has(row.status)) return
    const message = row.detail?.message
    const words = typeof message === 'string' ? message : statusOf(statusCode(row.status)).sentence
    this.examples.set(row.status, `Row ${row.index + 1}: ${words}`.slice(0, EXAMPLE_CHARACTERS))
  }

  /** Records when work on the run began, unless an earlier attempt did; results come later, a whole cell's much later. */
  begin(): void {
    const { db } = this.context
    this.context.commit(() => {
      const record = this.stored()
      if (!record || record.startedAt !== null) return
      db.update(runs)
        .set({ record: { ...record, startedAt: Date.now() } })
        .where(eq(runs.no, this.run.no))
        .run()
    })
  }

  /** Names what is being worked on. */
  phase(name: string): void {
    this.context.progress({ phase: name })
  }

  /** Shows progress inside a cell-scope metric; counts only when its columns are written. */
  setAhead(rows: number): void {
    this.ahead = rows
    this.report()
  }

  /** Writes the writer's chunks, the rows' details, counts, record and progress in one transaction. */
  commit(
    cell: RunCell,
    writer: ColumnWriter,
    results: readonly RowResult[],
    notes?: Record<string, unknown>,
  ): void {
    const { db } = this.context
    this.ahead = 0
    const counts = countRows(writer.rowStatus)
    this.counts.set(cell.cellNo, counts)
    this.report()
    this.context.commit(() => {
      writer.flush()
      const detail = hotWrite(db, {
        why: 'once a row that a job computes',
        sql: `insert into row_details (run_no, cell_no, idx, detail) values (?, ?, ?, ?)
         on conflict do update set detail = excluded.detail`,
      })
      for (const row of results) {
        if (row.detail) detail.run(this.run.no, cell.cellNo, row.index, JSON.stringify(row.detail))
      }
      const place = and(eq(runCells.runNo, this.run.no), eq(runCells.cellNo, cell.cellNo))
      const version = db.select({ version: runCells.version }).from(runCells).where(place).get()
      db.update(runCells)
        .set({
          total: counts.total,
          done: counts.done,
          valued: counts.valued,
          version: (version?.version ?? 0) + 1,
          finishedAt: counts.done === counts.total ? Date.now() : null,
        })
        .where(place)
        .run()
      this.writeRecord(notes ? { [cell.cellId]: notes } : {})
    })
    writer.saved()
    Object.assign(this.last, this.session?.meter ?? {})
    this.lastCommit = performance.now()
  }

  private stored(): RunRecord | null {
    const { db } = this.context
    const found = db
      .select({ record: runs.record })
      .from(runs)
      .where(eq(runs.no, this.run.no))
      .get()
    return found?.record ?? null
  }

  private writeRecord(notes: Record<string, unknown>): void {
    const { db } = this.context
    const record = this.stored()
    if (!record) return
    const now = Date.now()
    const { total, done, valued, reasons } = this.totals()
    const meter = this.session?.meter ?? emptyMeter()
    // Meters start at zero with each attempt, so only what came since the last commit is added.
    const grown = Object.fromEntries(
      Object.entries(addMeters(record, meter)).map(([key, sum]) => [
        key,
        sum - this.last[key as keyof Meter],
      ]),
    )
    db.update(runs)
      .set({
        record: {
          ...record,
          finishedAt: done === total ? now : null,
          rows: done,
          valued,
          reasons,
          ...grown,
          activeMs: record.activeMs + (performance.now() - this.lastCommit),
          notes: { ...record.notes, ...notes },
        },
      })
      .where(eq(runs.no, this.run.no))
      .run()
  }

  private report(): void {
    const { total, done, valued, reasons } = this.totals()
    const shown = Math.min(total, done + this.ahead)
    this.rate.add(shown, performance.now())
    const ratePerSecond = this.rate.perSecond()
    const failures: JobProgress['reasons'] = {}
    for (const status of STATUSES) {
      const count = reasons[status.name] ?? 0
      if (status.hasValue || count === 0) continue
      failures[status.name] = { count, example: this.examples.get(status.name) ?? status.sentence }
    }
    this.context.progress({
      done: shown,
      total,
      unit: 'rows',
      ratePerSecond,
      etaMs: ratePerSecond ? ((total - shown) / ratePerSecond) * 1000 : null,
      failed: done - valued,
      reasons: failures,
    })
  }
}
