import { midRanks, pearson } from './correlation'
import type { Interval } from './intervals'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { createRandom } from './random'
import { quantileSorted } from './summary'

// 97.5 % point of the standard normal distribution.
const Z_95 = 1.959963984540054
// What is left of 1 after the rounding of sums.
const ROUNDING = 1e-12
// As many as the reference draws.
const RESAMPLES = 10_000

/** Returns Spearman's rank correlation (scipy.stats.spearmanr); `constant` where one side does not vary. */
export function spearman(x: Numbers, y: Numbers) {
  return pearson(midRanks(x), midRanks(y))
}

/**
 * Returns Spearman's correlation with Fisher's 95 % interval: that of Pearson's r over the ranks
 * (scipy.stats.pearsonr(rankdata(x), rankdata(y)).confidence_interval()). No value below four pairs and at 1 or -1, where it
 * does not exist.
 */
export function fisherInterval(x: Numbers, y: Numbers): Interval | NoValue {
  const rho = spearman(x, y)
  if (!rho.ok) return rho
  if (rho.n < 4) return noValue('n_too_small')
  if (Math.abs(rho.value) > 1 - ROUNDING) return noValue('zero_denominator')
  const centre = Math.atanh(rho.value)
  const half = Z_95 / Math.sqrt(rho.n - 3)
  const [low, high] = [Math.tanh(centre - half), Math.tanh(centre + half)]
  return { ok: true, estimate: rho.value, low, high }
}

/**
 * Returns Spearman's correlation with the percentile bootstrap interval over pairs. Resamples in which one side does not
 * vary have no correlation and are left out.
 */
export function bootstrapInterval(
  x: Numbers,
  y: Numbers,
  { resamples = RESAMPLES, seed = 0 }: BootstrapChoice = {},
): Interval | NoValue {
  const rho = spearman(x, y)
  if (!rho.ok) return rho
  const { n } = rho
  const random = createRandom(seed)
  const [a, b] = [new Float64Array(n), new Float64Array(n)]
  const found: number[] = []
  for (let draw = 0; draw < resamples; draw += 1) {
    for (let i = 0; i < n; i += 1) {
      const at = random.below(n)
      a[i] = x[at] as number
      b[i] = y[at] as number
    }
    const one = spearman(a, b)
    if (one.ok) found.push(one.value)
  }
  if (found.length === 0) return noValue('constant')
  const ascending = Float64Array.from(found).sort()
  const [low, high] = [quantileSorted(ascending, 0.025), quantileSorted(ascending, 0.975)]
  return { ok: true, estimate: rho.value, low, high }
}

interface BootstrapChoice {
  resamples?: number
  seed?: number
}

// The smallest p value that so many permutations can give is 1e-4.
const PERMUTATIONS = 9999
// Correlations of one order of ranks differ by rounding only.
const SAME = 1e-9

/**
 * Returns the two-sided p value of Spearman's correlation over seeded permutations of one side, (1 + those at least as far
 * from 0) / (1 + all) (scipy.stats.permutation_test). No value where there is no correlation.
 */
export function permutationP(x: Numbers, y: Numbers, seed = 0): number | null {
  const rho = spearman(x, y)
  if (!rho.ok) return null
  const [left, right] = [midRanks(x), midRanks(y)]
  const random = createRandom(seed)
  let asFar = 0
  for (let draw = 0; draw < PERMUTATIONS; draw += 1) {
    for (let at = right.length - 1; at > 0; at -= 1) {
      const other = random.below(at + 1)
      const kept = right[at] as number
      right[at] = right[other] as number
      right[other] = kept
    }
    const one = pearson(left, right)
    if (one.ok && Math.abs(one.value) >= Math.abs(rho.value) - SAME) asFar += 1
  }
  return (1 + asFar) / (1 + PERMUTATIONS)
}
