import type { CompareInterval } from '@/lib/contracts/compare'
import { resampledSums, resamplingMethod } from '@/lib/stats/cluster-bootstrap'
import { quantileSorted } from '@/lib/stats/summary'
import { sortAscending } from '@/lib/stats/sort'
import { yieldToEventLoop } from './slots'

// The reference number of resamples.
const WANTED_RESAMPLES = 10_000
// Milliseconds of drawing between turns of the event loop.
const TURN_MS = 5
// Any fixed number: the same data give the same interval on every machine.
export const BOOTSTRAP_SEED = 20_241_211

/** Differences of one metric, added up for each seed of each seed set. */
export interface SeedSums {
  /** Sum of the differences of each seed's pairs, seed sets one after another. */
  sums: Float64Array
  /** How many pairs of each seed have a difference. */
  counts: Float64Array
}

export interface ClusteredOptions {
  resamples?: number
  seed?: number
  signal?: AbortSignal
}

/** Returns the columns without repeats, and which of them each was: metrics without gaps share their counts. */
function distinct(columns: readonly Float64Array[]): { columns: Float64Array[]; at: number[] } {
  const kept: Float64Array[] = []
  const at = columns.map((column) => {
    const same = kept.findIndex((other) => other.every((value, i) => value === column[i]))
    return same === -1 ? kept.push(column) - 1 : same
  })
  return { columns: kept, at }
}

function totals(strata: readonly number[], column: Float64Array): number[] {
  let from = 0
  return strata.map((size) => {
    const part = column.subarray(from, (from += size))
    return part.reduce((sum, value) => sum + value, 0)
  })
}

/**
 * Returns the 95 % percentile bootstrap interval of the mean difference of each metric. The unit is the seed: all pairs
 * of a seed are drawn together, each seed set for itself, and every metric sees the same resamples. Means are taken
 * within a seed set and weighted by its pairs. With one pair a seed, no gaps and one seed set it equals lib/stats'
 * pairedBootstrap under the same seed. A metric with fewer than two seeds has none. Works in short turns.
 */
export async function clusteredIntervals(
  strata: readonly number[],
  metrics: readonly SeedSums[],
  options: ClusteredOptions = {},
): Promise<CompareInterval[]> {
  const { resamples = WANTED_RESAMPLES, seed = BOOTSTRAP_SEED, signal } = options
  const seeds = strata.reduce((sum, size) => sum + size, 0)
  if (seeds < 2) return metrics.map(() => ({ ok: false, reason: 'n_too_small' }))
  const sums = distinct(metrics.map((metric) => metric.sums))
  const counts = distinct(metrics.map((metric) => metric.counts))
  const steps = resampledSums(
    { strata, columns: [...sums.columns, ...counts.columns] },
    { resamples, seed },
  )
  let turn = performance.now()
  let step = steps.next()
  while (!step.done) {
    if (performance.now() - turn > TURN_MS) {
      await yieldToEventLoop()
      signal?.throwIfAborted()
      turn = performance.now()
    }
    step = steps.next()
  }
  const drawn = step.value
  return metrics.map((metric, m): CompareInterval => {
    const valued = metric.counts.reduce((sum, count) => sum + Number(count > 0), 0)
    if (valued < 2) return { ok: false, reason: 'n_too_small' }
    const pairs = totals(strata, metric.counts)
    const all = pairs.reduce((sum, count) => sum + count, 0)
    const used = pairs.flatMap((count, s) => (count > 0 ? [s] : []))
    const means: number[] = []
    for (let b = 0; b < resamples; b += 1) {
      let sum = 0
      for (const s of used) {
        const own = drawn[s] as Float64Array[]
        const count = own[sums.columns.length + (counts.at[m] as number)]?.[b] as number
        const total = own[sums.at[m] as number]?.[b] as number
        sum += ((pairs[s] as number) * total) / count
      }
      // A resample of seeds without a value has no mean.
      if (Number.isFinite(sum)) means.push(sum / all)
    }
    const ascending = sortAscending(Float64Array.from(means))
    return {
      ok: true,
      low: quantileSorted(ascending, 0.025),
      high: quantileSorted(ascending, 0.975),
      resamples: ascending.length,
      withoutValue: resamples - ascending.length,
      seed,
      seeds,
      strata: used.length,
      method: resamplingMethod(seeds),
    }
  })
}
