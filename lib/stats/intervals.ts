import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { createRandom } from './random'
import { mean, quantileSorted } from './summary'

/** An interval around an estimate. */
export interface Interval {
  ok: true
  estimate: number
  low: number
  high: number
}

/** The 97.5 % point of the standard normal distribution. */
export const Z_95 = 1.959963984540054

/** Returns the Wilson score interval of a share k / n (95 % by default); no value for n = 0. */
export function wilsonInterval(k: number, n: number, z: number = Z_95): Interval | NoValue {
  if (n === 0) return noValue('n_too_small')
  const share = k / n
  const spread = (z * z) / n
  const centre = (share + spread / 2) / (1 + spread)
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + spread)
  return {
    ok: true,
    estimate: share,
    low: k === 0 ? 0 : centre - half,
    high: k === n ? 1 : centre + half,
  }
}

/** Options of the bootstrap. */
export interface BootstrapOptions {
  /** Number of resamples; 10,000 as the reference. */
  resamples?: number
  seed?: number
  /** Coverage, 0.95 by default. */
  level?: number
  /** Fixed index rows instead of random ones: one array of n positions a resample. */
  indexRows?: readonly Numbers[]
}

/** The bootstrap interval with the means it was read from. */
export interface BootstrapInterval extends Interval {
  /** Mean of each resample, in order of drawing. */
  means: Float64Array
}

/**
 * Returns the percentile bootstrap interval of the mean of paired differences: resamples of the n differences with
 * replacement, percentiles of their means by linear interpolation. The unit of resampling is the entry, so pass one
 * difference a seed row. No value for n = 0.
 */
export function pairedBootstrap(
  differences: Numbers,
  options: BootstrapOptions = {},
): BootstrapInterval | NoValue {
  const n = differences.length
  if (n === 0) return noValue('n_too_small')
  const { resamples = 10_000, seed = 0, level = 0.95, indexRows } = options
  const random = createRandom(seed)
  const means = new Float64Array(indexRows?.length ?? resamples)
  for (let b = 0; b < means.length; b += 1) {
    const rows = indexRows?.[b]
    let sum = 0
    for (let i = 0; i < n; i += 1) {
      sum += differences[rows ? (rows[i] as number) : random.below(n)] as number
    }
    means[b] = sum / n
  }
  const ascending = means.slice().sort()
  const tail = (1 - level) / 2
  return {
    ok: true,
    estimate: mean(differences),
    low: quantileSorted(ascending, tail),
    high: quantileSorted(ascending, 1 - tail),
    means,
  }
}
