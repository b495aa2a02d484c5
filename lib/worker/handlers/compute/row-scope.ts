import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { errorCode, errorMessage, throwIfAborted } from '@/lib/errors'
import type { MeasuredMetric, MetricRow, MetricTools, RowResult } from '@/lib/metrics/types'
import { CHUNK_ROWS } from '@/lib/columns/chunks'
import type { ColumnWriter } from '@/lib/services/columns/writer'
import { PENDING } from '@/lib/services/runs/row-status'
import type { Db } from '@/db/client'
import { loadRows, textLength, type RowSource } from './load-rows'
import type { NumberValues } from './number-values'
import type { RunCell, RunState } from './run-state'

// Results are written after a second or this many rows, whichever comes first: a kill loses no more than that. Each write
// stores whole chunks again, so a fast backend must not make it happen more often.
const COMMIT_MS = 1_000
const COMMIT_ROWS = CHUNK_ROWS
// A slow check of the model comes more rarely, so that checks take about a quarter of one place at the backend at most.
const CHECK_SHARE = 4
const MOST_BETWEEN_MS = 3_000
// A job that is stopped waits no longer than this for the check of its last results; rows without it stay pending.
const LAST_CHECK_MS = 3_000
// Rows are sorted by length inside a window so that batches pack well; the first windows are short so that results show early.
const WINDOWS = [64, 512]
// More batches at once than this only queue inside the backend's limiter.
const MAX_LANES = 8
// Batches start small, so that a slow judge shows its first rows soon, and grow to the metric's size while they are quick.
const FIRST_BATCH = 4
const QUICK_MS = 500
const SLOW_MS = 4_000

/** One cell of a run with all that working on it needs. */
export interface CellWork {
  db: Db
  studyId: string
  metric: MeasuredMetric
  params: unknown
  tools: MetricTools
  cell: RunCell
  runNo: number
  source: RowSource
  writer: ColumnWriter
  state: RunState
  /** What the record says of the cell; null where that is nothing. */
  notes: Record<string, unknown> | null
  /** Numbers values that are no numbers before they are stored. */
  number: NumberValues
  /** Returns once all results so far are known to be of the run's model; throws when they are not. */
  confirm(signal: AbortSignal): Promise<void>
  /** Calls that the backend takes at once. */
  concurrency: number
}

function failedRow(index: number, message: string): RowResult {
  return { index, status: 'error', values: {}, detail: { message } }
}

/** Returns one result a row whatever the metric does about single bad rows; failures of the backend itself are thrown. */
export async function computeSafely(
  metric: MeasuredMetric,
  rows: readonly MetricRow[],
  params: unknown,
  tools: MetricTools,
): Promise<RowResult[]> {
  try {
    const results = (await metric.computeBatch?.(rows, params, tools)) ?? []
    const found = new Map(results.map((result) => [result.index, result]))
    return rows.map(
      ({ index }) =>
        found.get(index) ?? failedRow(index, 'The metric returned nothing for this row.'),
    )
  } catch (error) {
    if (errorCode(error) !== 'data_error') throw error
    const [only] = rows
    if (rows.length === 1 && only) return [failedRow(only.index, errorMessage(error))]
    const results: RowResult[] = []
    for (const row of rows) results.push(...(await computeSafely(metric, [row], params, tools)))
    return results
  }
}

function* windows(pending: readonly number[], first: number): Generator<number[]> {
  let at = 0
  let step = first
  while (at < pending.length) {
    const size = WINDOWS[step] ?? CHUNK_ROWS
    yield pending.slice(at, at + size)
    at += size
    step += 1
  }
}

/** Rows of a window, shortest first, handed out in batches whose size follows how long they take. */
class Batches {
  private rows: MetricRow[] = []
  private size: number

  constructor(private readonly most: number) {
    this.size = Math.min(FIRST_BATCH, most)
  }

  fill(rows: readonly MetricRow[]): void {
    this.rows = [...rows].sort((a, b) => textLength(a) - textLength(b) || a.index - b.index)
  }

  next(): MetricRow[] {
    return this.rows.splice(0, this.size)
  }

  clear(): void {
    this.rows = []
  }

  took(elapsedMs: number): void {
    if (elapsedMs < QUICK_MS) this.size = Math.min(this.most, this.size * 2)
    if (elapsedMs > SLOW_MS) this.size = Math.max(1, this.size >> 1)
  }
}

/**
 * Results that wait until the model behind them is confirmed. Until then they are neither in the columns nor counted: a
 * reply of another model, which took the place of the run's own a moment ago, never gets there.
 */
class Waiting {
  private results: RowResult[] = []
  private writing: Promise<void> | null = null
  private failure: { error: unknown } | null = null
  private betweenMs = COMMIT_MS

  constructor(
    private readonly work: CellWork,
    /** Called when results could not be confirmed or written. */
    private readonly onFailure: () => void,
  ) {}

  add(results: readonly RowResult[]): void {
    // A row that was stopped half-way stays pending; it is not a result.
    this.results.push(
      ...results.filter(({ status }) => status !== 'cancelled' && status !== 'not_run'),
    )
  }

  /** Begins to write when it is time; the work goes on meanwhile. */
  writeIfDue(): void {
    const due = this.work.state.sinceCommit >= this.betweenMs || this.results.length >= COMMIT_ROWS
    if (!due || this.writing) return
    this.writing = this.write(this.work.tools.signal)
      .catch((error: unknown) => {
        // A job that is stopped writes what it has at its end.
        if (errorCode(error) === 'cancelled') return
        this.failure = { error }
        this.onFailure()
      })
      .finally(() => {
        this.writing = null
      })
  }

  /** Throws why results could not be confirmed or written, if that happened. */
  throwIfFailed(): void {
    if (this.failure) throw this.failure.error
  }

  /** Writes what is left; throws when it, or what was written before, could not be. */
  async end(signal: AbortSignal): Promise<void> {
    await this.writing
    this.throwIfFailed()
    await this.write(signal)
  }

  private async write(signal: AbortSignal): Promise<void> {
    if (this.results.length === 0) return
    const { cell, writer, state, confirm, number, notes } = this.work
    const waiting = this.results
    this.results = []
    const start = performance.now()
    try {
      await confirm(signal)
    } catch (error) {
      this.results.unshift(...waiting)
      throw error
    }
    const tookMs = performance.now() - start
    this.betweenMs = Math.min(MOST_BETWEEN_MS, Math.max(COMMIT_MS, CHECK_SHARE * tookMs))
    const results = await number(waiting)
    for (const result of results) {
      writer.setRow(result)
      state.noteExample(result)
    }
    state.commit(cell, writer, results, notes ?? undefined)
  }
}

/** Computes the pending rows of a cell in batches and writes them as they come; stops at the first fatal error. */
export async function computeRows(work: CellWork): Promise<void> {
  const { db, metric, params, tools, source, writer } = work
  const batches = new Batches(metric.batchRows)
  const waiting = new Waiting(work, () => batches.clear())
  const lanes = Math.max(1, Math.min(MAX_LANES, Math.ceil(work.concurrency / FIRST_BATCH)))
  const drain = async () => {
    for (let batch = batches.next(); batch.length > 0; batch = batches.next()) {
      throwIfAborted(tools.signal)
      const start = performance.now()
      const results = await computeSafely(metric, batch, params, tools)
      batches.took(performance.now() - start)
      waiting.add(results)
      waiting.writeIfDue()
      // A metric that asks no backend waits for nothing: stops, heartbeats and other jobs get their turn here.
      await yieldToEventLoop()
    }
  }
  let window = 0
  try {
    for (const chunk of writer.pendingChunks()) {
      const pending: number[] = []
      const end = Math.min((chunk + 1) * CHUNK_ROWS, writer.rowStatus.length)
      for (let idx = chunk * CHUNK_ROWS; idx < end; idx += 1) {
        if (writer.rowStatus[idx] === PENDING) pending.push(idx)
      }
      for (const indices of windows(pending, window)) {
        batches.fill(loadRows(db, source, indices))
        const settled = await Promise.allSettled(
          Array.from({ length: lanes }, () =>
            drain().catch((error: unknown) => {
              // The other lanes end after the batch they are at.
              batches.clear()
              throw error
            }),
          ),
        )
        const bad = settled.find((outcome) => outcome.status === 'rejected')
        if (bad) throw bad.reason
        waiting.throwIfFailed()
        window += 1
      }
      await waiting.end(tools.signal)
    }
  } catch (error) {
    // What can still be confirmed stays; why the work ended is the first error in any case.
    await waiting.end(AbortSignal.timeout(LAST_CHECK_MS)).catch(() => undefined)
    throw error
  }
}
