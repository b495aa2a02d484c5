import { createHash } from 'node:crypto'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { Db } from '@/db/client'
import { throwIfAborted } from '@/lib/errors'
import type { MeasuredMetric, MetricRow } from '@/lib/metrics/types'
import type { RunCellPlan } from '@/lib/services/runs/extend-run'
import { createRandom } from '@/lib/stats/random'
import { loadRows, textLength } from '../compute/load-rows'
import { partnersOf } from '../compute/other-cell'
import type { Timed } from './measure'

// A slice takes a few milliseconds: other jobs of the worker go on between slices.
const SLICE_ROWS = 500
// Characters of a digest that tell texts apart: 2^80 makes a chance hit impossible in practice.
const DIGEST_BYTES = 10

/** Rows that are still to be done, in one cell. */
export interface Pending {
  plan: RunCellPlan
  indices: Int32Array
}

/** One row of the request that differs from those before it. */
export interface Distinct {
  pending: Pending
  idx: number
  size: number
}

/** What reading the rows of a request found. */
export interface Scan {
  /** Rows to be done. */
  rows: number
  /** Rows with texts that no earlier row has, ordered by length; of the rows that were read. */
  distinct: Distinct[]
  /** Distinct rows in all: counted, or extrapolated where reading took too long. */
  distinctRows: number
  /** What each slice took. */
  reads: Timed[]
}

/** Returns what distinguishes a row for this metric: the texts that it reads. */
function digest(metric: MeasuredMetric, row: MetricRow): string {
  const { response, parent, seed, partner } = metric.inputs
  const texts = [
    row.instruction,
    row.input ?? '',
    response ? row.response : null,
    parent ? row.parent : null,
    parent ? row.operator : null,
    seed ? row.seed : null,
    partner ? row.partner : null,
  ]
  const hash = createHash('sha1').update(JSON.stringify(texts)).digest()
  return hash.subarray(0, DIGEST_BYTES).toString('latin1')
}

/** Returns the texts of rows as the metric sees them. */
export function loadPending(
  db: Db,
  metric: MeasuredMetric,
  { plan }: Pending,
  indices: readonly number[],
): MetricRow[] {
  const { cell, responseSetNo, alignmentNo } = plan
  const place = { cellNo: cell.no, responseSetNo }
  const { compared } = partnersOf(db, cell.studyId, metric, place)
  const source = { ...place, alignmentNo, compared, ...metric.inputs }
  return loadRows(db, source, indices)
}

/** Reads the rows to be done, slice by slice until time runs out, and returns the different ones by length. */
export async function scanRows(
  db: Db,
  metric: MeasuredMetric,
  cells: readonly Pending[],
  signal: AbortSignal,
  limitMs: number,
): Promise<Scan> {
  const rows = cells.reduce((sum, { indices }) => sum + indices.length, 0)
  const seen = new Set<string>()
  const distinct: Distinct[] = []
  const end = performance.now() + limitMs
  let read = 0
  const reads: Timed[] = []
  for (const pending of cells) {
    for (let at = 0; at < pending.indices.length; at += SLICE_ROWS) {
      if (performance.now() > end && read > 0) break
      throwIfAborted(signal)
      const start = performance.now()
      const slice = [...pending.indices.subarray(at, at + SLICE_ROWS)]
      for (const row of loadPending(db, metric, pending, slice)) {
        const key = digest(metric, row)
        if (seen.has(key)) continue
        seen.add(key)
        distinct.push({ pending, idx: row.index, size: textLength(row) })
      }
      read += slice.length
      reads.push({ rows: slice.length, seconds: (performance.now() - start) / 1000, tokens: 0 })
      await yieldToEventLoop()
    }
  }
  distinct.sort((a, b) => a.size - b.size)
  const share = read > 0 ? distinct.length / read : 0
  return {
    rows,
    distinct,
    distinctRows: read === rows ? distinct.length : rows * share,
    reads,
  }
}

/**
 * Returns up to n rows, one from each stratum of equal count by length, in a seeded random order, so that the first few
 * are of all lengths too.
 */
export function stratified(distinct: readonly Distinct[], n: number): Distinct[] {
  const taken = Math.min(n, distinct.length)
  const chosen = Array.from(
    { length: taken },
    (_, k) => distinct[Math.floor(((k + 0.5) * distinct.length) / taken)] as Distinct,
  )
  const random = createRandom(1)
  for (let i = taken - 1; i > 0; i -= 1) {
    const j = random.below(i + 1)
    ;[chosen[i], chosen[j]] = [chosen[j] as Distinct, chosen[i] as Distinct]
  }
  return chosen
}

/** Returns the texts of chosen rows, in their order, numbered anew: a metric of a whole cell sees positions, which must not repeat. */
export function loadDistinct(
  db: Db,
  metric: MeasuredMetric,
  chosen: readonly Distinct[],
): MetricRow[] {
  return chosen.flatMap(({ pending, idx }, index) =>
    loadPending(db, metric, pending, [idx]).map((row) => ({ ...row, index })),
  )
}
