import { kolmogorovUpperTail, normalTwoSided } from './distributions'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { jointRanks } from './ranks'
import { sortAscending } from './sort'

function ascending(values: Numbers): Float64Array {
  return sortAscending(Float64Array.from(values))
}

/** Mann-Whitney test. */
export interface MannWhitneyResult {
  ok: true
  /** U of the first sample. */
  u: number
  sigma: number
  z: number
  p: number
  /** Cliff's delta (#(a > b) - #(a < b)) / (n_a n_b) = 2U / (n_a n_b) - 1. */
  cliffsDelta: number
}

/**
 * Returns the Mann-Whitney test: mid-ranks, tie-corrected normal approximation with continuity correction
 * (scipy.stats.mannwhitneyu, method "asymptotic"), and Cliff's delta from the same ranks.
 */
export function mannWhitney(a: Numbers, b: Numbers): MannWhitneyResult | NoValue {
  const nA = a.length
  const nB = b.length
  if (nA === 0 || nB === 0) return noValue('n_too_small')
  const { first: rankSum, tieSum } = jointRanks(ascending(a), ascending(b))
  const pairs = nA * nB
  const n = nA + nB
  const u = rankSum - (nA * (nA + 1)) / 2
  const sigma = Math.sqrt((pairs / 12) * (n + 1 - tieSum / (n * (n - 1))))
  if (!(sigma > 0)) return noValue('all_ties')
  const z = (Math.max(u, pairs - u) - pairs / 2 - 0.5) / sigma
  return {
    ok: true,
    u,
    sigma,
    z,
    // U at its centre gives a z just below 0, where the two-sided p is 1.
    p: z < 0 ? 1 : Math.min(1, normalTwoSided(z)),
    cliffsDelta: (2 * u) / pairs - 1,
  }
}

/** Returns Cliff's delta of two samples by ranks, -1..1; no value when one is empty. */
export function cliffsDelta(a: Numbers, b: Numbers): { ok: true; delta: number } | NoValue {
  if (a.length === 0 || b.length === 0) return noValue('n_too_small')
  const { first: rankSum } = jointRanks(ascending(a), ascending(b))
  const u = rankSum - (a.length * (a.length + 1)) / 2
  return { ok: true, delta: (2 * u) / (a.length * b.length) - 1 }
}

/** Returns Cliff's delta of two samples given how often each has every distinct value, ascending by value. */
export function cliffsDeltaOfCounts(a: Numbers, b: Numbers): { ok: true; delta: number } | NoValue {
  let nA = 0
  let nB = 0
  let above = 0
  for (let k = 0; k < a.length; k += 1) {
    const [inA, inB] = [a[k] as number, b[k] as number]
    // Values of a at this rank lie above the b seen so far; those of b above the a.
    above += inA * nB - inB * nA
    nA += inA
    nB += inB
  }
  if (nA === 0 || nB === 0) return noValue('n_too_small')
  return { ok: true, delta: above / (nA * nB) }
}

/** Two-sample Kolmogorov-Smirnov test. */
export interface KolmogorovSmirnovResult {
  ok: true
  d: number
  p: number
}

/** Returns D = max |F_a - F_b| and its asymptotic p value Q(sqrt(n_a n_b / (n_a + n_b)) D). */
export function kolmogorovSmirnov(a: Numbers, b: Numbers): KolmogorovSmirnovResult | NoValue {
  const nA = a.length
  const nB = b.length
  if (nA === 0 || nB === 0) return noValue('n_too_small')
  const x = ascending(a)
  const y = ascending(b)
  let i = 0
  let j = 0
  let d = 0
  while (i < nA && j < nB) {
    const value = Math.min(x[i] as number, y[j] as number)
    while (i < nA && (x[i] as number) <= value) i += 1
    while (j < nB && (y[j] as number) <= value) j += 1
    d = Math.max(d, Math.abs(i / nA - j / nB))
  }
  return { ok: true, d, p: kolmogorovUpperTail(Math.sqrt((nA * nB) / (nA + nB)) * d) }
}
