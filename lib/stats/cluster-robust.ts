import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { mean } from './summary'
import { sumByCluster } from './paired'

/** An estimate whose standard error counts the rows of a seed as one unit. */
export interface RobustEstimate {
  ok: true
  estimate: number
  standardError: number
  low: number
  high: number
  n: number
  seeds: number
}

// 97.5 % and 80 % points of the standard normal distribution.
const Z_95 = 1.959963984540054
const Z_80 = 0.8416212335729143

/** Returns the sum over seeds of the squared sum of their scores, and how many seeds there are. */
function clusteredSquares(
  scores: Float64Array,
  seeds: Numbers,
): { squares: number; seeds: number } {
  let squares = 0
  const found = sumByCluster(scores, seeds, (sum) => {
    squares += sum * sum
  })
  return { squares, seeds: found }
}

function robust(estimate: number, variance: number, n: number, seeds: number): RobustEstimate {
  const standardError = Math.sqrt(variance)
  const half = Z_95 * standardError
  return {
    ok: true,
    estimate,
    standardError,
    low: estimate - half,
    high: estimate + half,
    n,
    seeds,
  }
}

/**
 * Returns the mean with its standard error over seeds (statsmodels OLS on a constant, cov_type "cluster") and the 95 %
 * interval mean +- 1.96 SE; no value for fewer than two seeds.
 */
export function robustMean(values: Numbers, seeds: Numbers): RobustEstimate | NoValue {
  const n = values.length
  const centre = mean(values)
  const scores = new Float64Array(n)
  for (let i = 0; i < n; i += 1) scores[i] = (values[i] as number) - centre
  const found = clusteredSquares(scores, seeds)
  if (found.seeds < 2) return noValue('n_too_small')
  const correction = found.seeds / (found.seeds - 1)
  return robust(centre, (correction * found.squares) / n ** 2, n, found.seeds)
}

/** Values of one side, with the number of each one's unit; those of a unit are one after another. */
export interface ClusteredValues {
  values: Float64Array
  clusters: Int32Array
}

/**
 * Returns the difference of the means of two independent sides with the 95 % normal interval; each side's variance counts
 * a unit once (with units of one value Welch's). No value where a side has fewer than two units.
 */
export function meanDifference(
  a: ClusteredValues,
  b: ClusteredValues,
): Pick<RobustEstimate, 'ok' | 'estimate' | 'standardError' | 'low' | 'high'> | NoValue {
  const left = robustMean(a.values, a.clusters)
  const right = robustMean(b.values, b.clusters)
  if (!left.ok || !right.ok) return noValue('n_too_small')
  const variance = left.standardError ** 2 + right.standardError ** 2
  const { ok, estimate, standardError, low, high } = robust(
    left.estimate - right.estimate,
    variance,
    left.n + right.n,
    left.seeds + right.seeds,
  )
  return { ok, estimate, standardError, low, high }
}

/**
 * Returns the smallest true difference that a two-sided test at 5 % finds with a probability of 80 %:
 * (1.960 + 0.842) SE.
 */
export function detectableDifference(standardError: number): number {
  return (Z_95 + Z_80) * standardError
}

/** Values and lengths of aligned pairs, with the number of each pair's seed. */
export interface LengthPairs {
  a: Numbers
  b: Numbers
  lengthA: Numbers
  lengthB: Numbers
  seeds: Numbers
}

/** The difference of two sides at equal length. */
export interface LengthAdjusted extends RobustEstimate {
  /** Change of the value for each unit of length, within the sides. */
  slope: number
}

/**
 * Returns the term of side A in the least-squares regression of the values of both sides on a constant, the side and the
 * length, with its standard error over seeds (statsmodels OLS, cov_type "cluster"). `constant` where the length does not
 * vary within the sides.
 */
export function lengthAdjusted(pairs: LengthPairs): LengthAdjusted | NoValue {
  const { a, b, lengthA, lengthB, seeds } = pairs
  const n = a.length
  if (n < 2) return noValue('n_too_small')
  const means = [a, b, lengthA, lengthB].map(mean) as [number, number, number, number]
  const [meanA, meanB, longA, longB] = means
  let xx = 0
  let xy = 0
  for (let i = 0; i < n; i += 1) {
    const dA = (lengthA[i] as number) - longA
    const dB = (lengthB[i] as number) - longB
    xx += dA * dA + dB * dB
    xy += dA * ((a[i] as number) - meanA) + dB * ((b[i] as number) - meanB)
  }
  if (!(xx > 0)) return noValue('constant')
  const slope = xy / xx
  const gap = longA - longB
  const estimate = meanA - meanB - slope * gap
  // The side's indicator after the length is taken out of it: its residual r weighs each row's score.
  const centre = (longA + longB) / 2
  const spread = xx + (n * gap * gap) / 2
  const beta = (n * gap) / 2 / spread
  let rr = 0
  const scores = new Float64Array(n)
  for (let i = 0; i < n; i += 1) {
    const rA = 0.5 - beta * ((lengthA[i] as number) - centre)
    const rB = -0.5 - beta * ((lengthB[i] as number) - centre)
    const eA = (a[i] as number) - meanA - slope * ((lengthA[i] as number) - longA)
    const eB = (b[i] as number) - meanB - slope * ((lengthB[i] as number) - longB)
    rr += rA * rA + rB * rB
    scores[i] = rA * eA + rB * eB
  }
  const found = clusteredSquares(scores, seeds)
  if (found.seeds < 2) return noValue('n_too_small')
  // Three coefficients over 2n rows.
  const correction = (found.seeds / (found.seeds - 1)) * ((2 * n - 1) / (2 * n - 3))
  const result = robust(estimate, (correction * found.squares) / rr ** 2, n, found.seeds)
  return { ...result, slope }
}
