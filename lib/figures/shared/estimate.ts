import { pairedBootstrap } from '@/lib/stats/intervals'
import { sortAscending } from '@/lib/stats/sort'
import { mean, quantileSorted, sampleStd } from '@/lib/stats/summary'

/** A mean or median with its 95 % interval, null where too few values leave none. */
export interface Estimate {
  value: number | null
  low: number | null
  high: number | null
}

// Two million draws over all series take about 30 ms; a web request may hold the process for 50.
const DRAWS = 2_000_000
const MOST_RESAMPLES = 2000
// With fewer resamples the percentiles jitter; the normal approximation is exact enough for sets that large.
const FEWEST_RESAMPLES = 400
const Z_95 = 1.959963984540054
const SEED = 1

/** Returns how many bootstrap resamples the rows of a whole figure allow; 0 = use the normal approximation. */
export function resamplesFor(rows: number): number {
  const allowed = Math.min(MOST_RESAMPLES, Math.floor(DRAWS / Math.max(1, rows)))
  return allowed < FEWEST_RESAMPLES ? 0 : allowed
}

/** Returns the mean with a percentile bootstrap interval over rows, or a normal one when resamples is 0. */
export function meanEstimate(values: Float64Array, resamples: number): Estimate {
  const n = values.length
  if (n === 0) return { value: null, low: null, high: null }
  const value = mean(values)
  if (n === 1) return { value, low: null, high: null }
  if (resamples === 0) {
    const half = (Z_95 * sampleStd(values)) / Math.sqrt(n)
    return { value, low: value - half, high: value + half }
  }
  const interval = pairedBootstrap(values, { resamples, seed: SEED })
  return interval.ok
    ? { value, low: interval.low, high: interval.high }
    : { value, low: null, high: null }
}

/** Returns the median with the interval between order statistics at n/2 +- 0.98 sqrt(n). */
export function medianEstimate(values: Float64Array): Estimate {
  const n = values.length
  if (n === 0) return { value: null, low: null, high: null }
  const ascending = sortAscending(values.slice())
  const value = quantileSorted(ascending, 0.5)
  const half = (Z_95 * Math.sqrt(n)) / 2
  const low = Math.floor(n / 2 - half)
  const high = Math.ceil(n / 2 + half)
  if (low < 0 || high > n - 1) return { value, low: null, high: null }
  return { value, low: ascending[low] as number, high: ascending[high] as number }
}
