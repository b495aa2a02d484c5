import type { Timed } from './measure'

// Texts and load differ more between files and hours than inside a sample; no estimate is surer than this.
const LEAST_SPREAD = 0.3
// Reading a row and writing its result, without any backend.
const ROW_SECONDS = 0.0005

/** What is still to be done. */
export interface Work {
  rows: number
  tokens: number
  /** How many times more requests a real run keeps in flight than the sample did. */
  headroom: number
}

/**
 * Returns the time that the work will take, between the best case (the fastest batch holds, and more requests at once
 * cost nothing) and the worst (the mean of the batches holds, the slowest batch is as likely).
 */
export function timeInterval(
  batches: readonly Timed[],
  work: Work,
): { secondsLow: number; secondsHigh: number } {
  // The first batch also wakes the backend up.
  const warm = batches.length > 1 ? batches.slice(1) : batches
  const rows = warm.reduce((sum, batch) => sum + batch.rows, 0)
  if (rows === 0 || work.rows === 0) return { secondsLow: 0, secondsHigh: 0 }
  const seconds = warm.reduce((sum, batch) => sum + batch.seconds, 0)
  const tokens = warm.reduce((sum, batch) => sum + batch.tokens, 0)
  // Time goes with tokens where there are any: rows answered by the cache take next to none.
  const unit = (batch: { rows: number; tokens: number }) => (tokens > 0 ? batch.tokens : batch.rows)
  const units = tokens > 0 ? work.tokens : work.rows
  const mean = seconds / Math.max(1, unit({ rows, tokens }))
  const each = warm.filter((batch) => unit(batch) > 0).map((batch) => batch.seconds / unit(batch))
  const fastest = Math.min(mean, ...each)
  const slowest = Math.max(mean, ...each)
  const base = work.rows * ROW_SECONDS
  return {
    secondsLow: (units * fastest * (1 - LEAST_SPREAD)) / Math.max(1, work.headroom),
    secondsHigh: base + (units * (mean + slowest) * (1 + LEAST_SPREAD)) / 2,
  }
}
