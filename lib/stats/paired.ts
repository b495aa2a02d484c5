import { binomialTwoSided, normalTwoSided } from './distributions'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { jointRanks } from './ranks'
import { countBelow, sortAscending } from './sort'

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

/** Returns where ascending differences end being negative, and where they begin being positive. */
export function signBounds(ascending: Float64Array): { negatives: number; positivesFrom: number } {
  return {
    negatives: countBelow(ascending, 0),
    positivesFrom: countBelow(ascending, Number.MIN_VALUE),
  }
}

/**
 * Returns the Wilcoxon signed-rank test of differences: zeros dropped, mid-ranks, normal approximation with tie
 * correction and without continuity correction (scipy.stats.wilcoxon with zero_method "wilcox", method "asymptotic").
 */
export function wilcoxonSignedRank(differences: Numbers): WilcoxonResult | NoValue {
  return wilcoxonOfSorted(sortAscending(Float64Array.from(differences)))
}

/** Returns the same test of differences that are in ascending order already. */
export function wilcoxonOfSorted(ascending: Float64Array): WilcoxonResult | NoValue {
  if (ascending.length === 0) return noValue('n_too_small')
  const { negatives, positivesFrom } = signBounds(ascending)
  const positive = ascending.subarray(positivesFrom)
  const negative = new Float64Array(negatives)
  for (let i = 0; i < negatives; i += 1) negative[i] = -(ascending[negatives - 1 - i] as number)
  const n = positive.length + negatives
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
