import { kolmogorovUpperTail, normalTwoSided } from './distributions'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { midRanks } from './ranks'
import { sorted } from './summary'

/** U of the first sample by mid-ranks of both, with the tie correction term; null when one sample is empty. */
function uOf(a: Numbers, b: Numbers): { u: number; tieSum: number } | null {
  if (a.length === 0 || b.length === 0) return null
  const all = new Float64Array(a.length + b.length)
  all.set(a, 0)
  all.set(b, a.length)
  const { ranks, tieSum } = midRanks(all)
  let rankSum = 0
  for (let i = 0; i < a.length; i += 1) rankSum += ranks[i] as number
  return { u: rankSum - (a.length * (a.length + 1)) / 2, tieSum }
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
  const found = uOf(a, b)
  if (found === null) return noValue('n_too_small')
  const { u, tieSum } = found
  const pairs = a.length * b.length
  const n = a.length + b.length
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
  const found = uOf(a, b)
  if (found === null) return noValue('n_too_small')
  return { ok: true, delta: (2 * found.u) / (a.length * b.length) - 1 }
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
  const x = sorted(a)
  const y = sorted(b)
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
