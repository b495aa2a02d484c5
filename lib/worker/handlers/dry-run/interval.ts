import type { Timed } from './measure'

// Texts and load differ more between files and hours than inside a sample; no estimate is surer than this.
const LEAST_SPREAD = 0.3

/** What is still to be done. */
export interface Work {
  rows: number
  tokens: number
  /** Slices of rows as they were looked through; a run writes the result of a row in about as long. */
  reads: readonly Timed[]
  /** How many times more requests a real run keeps in flight than the sample did. */
  headroom: number
}

/** Seconds for one unit: of the fastest batch, on average, and of the slowest. */
function pace(batches: readonly Timed[], unit: 'rows' | 'tokens') {
  const units = batches.reduce((sum, batch) => sum + batch[unit], 0)
  const seconds = batches.reduce((sum, batch) => sum + batch.seconds, 0)
  const mean = seconds / Math.max(1, units)
  const each = batches
    .filter((batch) => batch[unit] > 0)
    .map((batch) => batch.seconds / batch[unit])
  return { fastest: Math.min(mean, ...each), mean, slowest: Math.max(mean, ...each) }
}

// The first batch also wakes the backend up, and the first slice the database.
const warm = (batches: readonly Timed[]) => (batches.length > 1 ? batches.slice(1) : batches)

/**
 * Returns the time that the work will take, between the best case (the fastest batch holds, and more requests at once
 * cost nothing) and the worst (the mean of the batches holds, the slowest batch is as likely).
 */
export function timeInterval(
  batches: readonly Timed[],
  work: Work,
): { secondsLow: number; secondsHigh: number } {
  const timed = warm(batches)
  if (timed.every(({ rows }) => rows === 0) || work.rows === 0) {
    return { secondsLow: 0, secondsHigh: 0 }
  }
  // Time goes with tokens where there are any: rows answered by the cache take next to none.
  const unit = timed.some(({ tokens }) => tokens > 0) ? 'tokens' : 'rows'
  const compute = pace(timed, unit)
  const read = pace(warm(work.reads), 'rows')
  const low = read.fastest * work.rows + (compute.fastest * work[unit]) / Math.max(1, work.headroom)
  const high = read.mean * work.rows + ((compute.mean + compute.slowest) / 2) * work[unit]
  return { secondsLow: low * (1 - LEAST_SPREAD), secondsHigh: high * (1 + LEAST_SPREAD) }
}
