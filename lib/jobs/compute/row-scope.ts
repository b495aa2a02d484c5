import { errorCode, errorMessage, throwIfAborted } from '@/lib/errors'
import type { MeasuredMetric, MetricRow, MetricTools, RowResult } from '@/lib/metrics/types'
import { CHUNK_ROWS } from '@/lib/columns/chunks'
import type { ColumnWriter } from '@/lib/services/compute/column-writer'
import { PENDING } from '@/lib/services/compute/row-status'
import type { Db } from '@/db/client'
import { loadRows, textLength, type RowSource } from './load-rows'
import type { RunCell, RunState } from './run-state'

// Results are written after a second or this many rows, whichever comes first: a kill loses no more than that. Each write
// stores whole chunks again, so a fast backend must not make it happen more often.
const COMMIT_MS = 1_000
const COMMIT_ROWS = CHUNK_ROWS
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
  source: RowSource
  writer: ColumnWriter
  state: RunState
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

/** Computes the pending rows of a cell in batches and writes them as they come; stops at the first fatal error. */
export async function computeRows(work: CellWork): Promise<void> {
  const { db, metric, params, tools, cell, source, writer, state } = work
  let waiting: RowResult[] = []
  const commit = () => {
    if (waiting.length === 0) return
    const results = waiting
    waiting = []
    state.commit(cell, writer, results)
  }
  const batches = new Batches(metric.batchRows)
  const lanes = Math.max(1, Math.min(MAX_LANES, Math.ceil(work.concurrency / FIRST_BATCH)))
  const drain = async () => {
    for (let batch = batches.next(); batch.length > 0; batch = batches.next()) {
      throwIfAborted(tools.signal)
      const start = performance.now()
      const results = await computeSafely(metric, batch, params, tools)
      batches.took(performance.now() - start)
      for (const result of results) {
        // A row that was stopped half-way stays pending; it is not a result.
        if (result.status === 'cancelled' || result.status === 'not_run') continue
        writer.setRow(result)
        state.noteExample(result)
        waiting.push(result)
      }
      if (state.sinceCommit >= COMMIT_MS || waiting.length >= COMMIT_ROWS) commit()
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
        window += 1
      }
      commit()
    }
  } finally {
    commit()
  }
}
