import { binomialTwoSided, normalTwoSided } from './distributions'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { jointRanks } from './ranks'
import { sortAscending } from './sort'

/** Returns a[i] - b[i] for every position; both sides have one entry an aligned row. */
export function pairedDifferences(a: Numbers, b: Numbers): Float64Array {
  const differences = new Float64Array(Math.min(a.length, b.length))
  for (let i = 0; i < differences.length; i += 1) {
    differences[i] = (a[i] as number) - (b[i] as number)
  }
  return differences
}

/** Hands over the sum and the size of each cluster, in order, and returns how many there are; entries of a cluster are one after another. */
export function sumByCluster(
  values: Numbers,
  clusters: Numbers,
  take: (sum: number, size: number, index: number) => void,
): number {
  let n = 0
  for (let from = 0; from < values.length; n += 1) {
    let sum = 0
    let end = from
    while (end < values.length && clusters[end] === clusters[from]) {
      sum += values[end] as number
      end += 1
    }
    take(sum, end - from, n)
    from = end
  }
  return n
}

/** Returns one mean a cluster, in order; a cluster of one entry keeps it. */
export function meansByCluster(values: Numbers, clusters: Numbers): Float64Array {
  const means = new Float64Array(values.length)
  const n = sumByCluster(values, clusters, (sum, size, index) => {
    means[index] = sum / size
  })
  return means.slice(0, n)
}

/** Wilcoxon signed-rank test. */
export interface WilcoxonResult {
  ok: true
  /** Differences that are not zero. */
  n: number
  wPlus: number
  wMinus: number
  variance: number
  z: number
  p: number
  /** Matched-pairs rank-biserial correlation (W+ - W-) / (W+ + W-), -1..1. */
  effect: number
}

/**
 * Returns the Wilcoxon signed-rank test of differences: zeros dropped, mid-ranks, normal approximation with tie
 * correction and without continuity correction (scipy.stats.wilcoxon with zero_method "wilcox", method "asymptotic").
 */
export function wilcoxonSignedRank(differences: Numbers): WilcoxonResult | NoValue {
  if (differences.length === 0) return noValue('n_too_small')
  const ascending = sortAscending(Float64Array.from(differences))
  const belowZero = ascending.findIndex((d) => !(d < 0))
  const nMinus = belowZero === -1 ? ascending.length : belowZero
  const above = ascending.subarray(nMinus).findIndex((d) => d > 0)
  const positive = above === -1 ? new Float64Array(0) : ascending.subarray(nMinus + above)
  const negative = ascending.slice(0, nMinus).reverse().map(Math.abs)
  const n = positive.length + nMinus
  if (n === 0) return noValue('all_ties')
  const { first: wPlus, second: wMinus, tieSum } = jointRanks(positive, negative)
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieSum / 48
  const z = (Math.min(wPlus, wMinus) - (n * (n + 1)) / 4) / Math.sqrt(variance)
  return {
    ok: true,
    n,
    wPlus,
    wMinus,
    variance,
    z,
    p: normalTwoSided(z),
    effect: (wPlus - wMinus) / (wPlus + wMinus),
  }
}

/** Sign test. */
export interface SignTestResult {
  ok: true
  n: number
  nPlus: number
  nMinus: number
  p: number
  /** (n+ - n-) / n over all differences, ties included in n. */
  dominance: number
}

/** Returns the exact two-sided sign test: binomial on n+ of n+ + n- with probability 1/2 (scipy.stats.binomtest). */
export function signTest(differences: Numbers): SignTestResult | NoValue {
  const n = differences.length
  if (n === 0) return noValue('n_too_small')
  let nPlus = 0
  let nMinus = 0
  for (let i = 0; i < n; i += 1) {
    const d = differences[i] as number
    if (d > 0) nPlus += 1
    else if (d < 0) nMinus += 1
  }
  if (nPlus + nMinus === 0) return noValue('all_ties')
  return {
    ok: true,
    n,
    nPlus,
    nMinus,
    p: binomialTwoSided(nPlus, nPlus + nMinus),
    dominance: (nPlus - nMinus) / n,
  }
}

/** McNemar's test. */
export interface McNemarResult {
  ok: true
  p: number
  /** b / c; null when c is 0 (unbounded). */
  oddsRatio: number | null
}

/** Returns McNemar's exact test of the discordant counts b and c: binomial on b of b + c. */
export function mcnemar(b: number, c: number): McNemarResult | NoValue {
  if (b + c === 0) return noValue('all_ties')
  return { ok: true, p: binomialTwoSided(b, b + c), oddsRatio: c === 0 ? null : b / c }
}
