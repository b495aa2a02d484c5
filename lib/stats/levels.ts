import { chiSquareUpperTail, normalTwoSided } from './distributions'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'

/** A square table of counts: entry [i][j] counts rows with level i on the first side and j on the second. */
export type CountTable = readonly Numbers[]

function at(table: CountTable, i: number, j: number): number {
  return (table[i] as Numbers)[j] as number
}

function zeros(k: number): number[] {
  return Array.from({ length: k }, () => 0)
}

function marginals(table: CountTable): { rows: number[]; columns: number[]; n: number } {
  const k = table.length
  const rows = zeros(k)
  const columns = zeros(k)
  let n = 0
  for (let i = 0; i < k; i += 1) {
    for (let j = 0; j < k; j += 1) {
      const count = at(table, i, j)
      rows[i] = (rows[i] as number) + count
      columns[j] = (columns[j] as number) + count
      n += count
    }
  }
  return { rows, columns, n }
}

/** Returns the k x k table of two aligned columns of 1-based ordinals. */
export function crossTable(first: Numbers, second: Numbers, k: number): number[][] {
  const table = Array.from({ length: k }, () => zeros(k))
  for (let i = 0; i < Math.min(first.length, second.length); i += 1) {
    const row = table[(first[i] as number) - 1] as number[]
    const column = (second[i] as number) - 1
    row[column] = (row[column] as number) + 1
  }
  return table
}

/** What the tests of levels need where the pairs of a seed are one unit. */
export interface SeedMoments {
  /** Sum over seeds of d d', d the seed's counts of the first side's levels minus those of the second's. */
  covariance: readonly Numbers[]
  /** Sum over seeds of the squared sum of its shifts (second minus first, in levels). */
  shiftSquares: number
}

/**
 * Returns the moments of two aligned columns of 1-based ordinals with the number of each pair's seed, pairs of a seed
 * one after another. With one pair a seed they are what the tests take from the table itself.
 */
export function seedMoments(
  first: Numbers,
  second: Numbers,
  seed: Numbers,
  k: number,
): SeedMoments {
  const covariance = Array.from({ length: k }, () => zeros(k))
  const counts = zeros(k)
  let shiftSquares = 0
  // Most seeds have one pair, whose d d' has four entries.
  const alone = (at: number) => {
    const i = (first[at] as number) - 1
    const j = (second[at] as number) - 1
    if (i === j) return
    const [own, other] = [covariance[i] as number[], covariance[j] as number[]]
    own[i] = (own[i] as number) + 1
    own[j] = (own[j] as number) - 1
    other[j] = (other[j] as number) + 1
    other[i] = (other[i] as number) - 1
    shiftSquares += (j - i) ** 2
  }
  for (let from = 0; from < first.length;) {
    if (seed[from + 1] !== seed[from]) {
      alone(from)
      from += 1
      continue
    }
    counts.fill(0)
    let shift = 0
    let end = from
    while (end < first.length && seed[end] === seed[from]) {
      const i = (first[end] as number) - 1
      const j = (second[end] as number) - 1
      counts[i] = (counts[i] as number) + 1
      counts[j] = (counts[j] as number) - 1
      shift += j - i
      end += 1
    }
    for (let i = 0; i < k; i += 1) {
      const own = counts[i] as number
      if (own === 0) continue
      const row = covariance[i] as number[]
      for (let j = 0; j < k; j += 1) row[j] = (row[j] as number) + own * (counts[j] as number)
    }
    shiftSquares += shift * shift
    from = end
  }
  return { covariance, shiftSquares }
}

/**
 * Returns z, p and the mean shift (second minus first, in levels) of an ordered paired table; with `moments` the unit is
 * the seed.
 */
export function orderedTrend(
  table: CountTable,
  moments?: SeedMoments,
): { ok: true; z: number; p: number; meanShift: number } | NoValue {
  const { n } = marginals(table)
  if (n === 0) return noValue('n_too_small')
  let shift = 0
  let squares = 0
  for (let i = 0; i < table.length; i += 1) {
    for (let j = 0; j < table.length; j += 1) {
      shift += (j - i) * at(table, i, j)
      squares += (j - i) ** 2 * at(table, i, j)
    }
  }
  const spread = moments?.shiftSquares ?? squares
  if (spread === 0) return noValue('all_ties')
  const z = shift / Math.sqrt(spread)
  return { ok: true, z, p: normalTwoSided(z), meanShift: shift / n }
}

/** Returns x with matrix x = right side by elimination with row pivots; null when the matrix is singular. */
function solve(matrix: number[][], right: number[]): number[] | null {
  const n = right.length
  const rows = matrix.map((row, i) => [...row, right[i] as number])
  for (let c = 0; c < n; c += 1) {
    const tail = rows
      .slice(c)
      .toSorted((p, q) => Math.abs(q[c] as number) - Math.abs(p[c] as number))
    rows.splice(c, n - c, ...tail)
    const pivot = rows[c] as number[]
    if (Math.abs(pivot[c] as number) < 1e-12) return null
    for (let r = 0; r < n; r += 1) {
      const row = rows[r] as number[]
      if (r === c) continue
      const factor = (row[c] as number) / (pivot[c] as number)
      for (let k = c; k <= n; k += 1) row[k] = (row[k] as number) - factor * (pivot[k] as number)
    }
  }
  return rows.map((row, i) => (row[n] as number) / (row[i] as number))
}

/** A chi-square statistic. */
export interface ChiSquareResult {
  ok: true
  chi2: number
  df: number
  p: number
}

/**
 * Returns the Stuart-Maxwell test of marginal homogeneity; levels empty on both sides are dropped
 * (statsmodels SquareTable.homogeneity("stuart_maxwell")). With `moments` the unit is the seed.
 */
export function stuartMaxwell(table: CountTable, moments?: SeedMoments): ChiSquareResult | NoValue {
  const all = marginals(table)
  if (all.n === 0) return noValue('n_too_small')
  const kept = all.rows.flatMap((r, i) => (r + (all.columns[i] as number) > 0 ? [i] : []))
  const size = kept.length - 1
  if (size < 1) return noValue('all_ties')
  const free = kept.slice(0, size)
  const excess = free.map((i) => (all.rows[i] as number) - (all.columns[i] as number))
  const covariance = free.map((i) =>
    free.map((j) => {
      if (moments) return at(moments.covariance, i, j)
      return i === j
        ? (all.rows[i] as number) + (all.columns[i] as number) - 2 * at(table, i, i)
        : -(at(table, i, j) + at(table, j, i))
    }),
  )
  const solution = solve(covariance, excess)
  if (solution === null) return noValue('all_ties')
  const chi2 = excess.reduce((sum, e, i) => sum + e * (solution[i] as number), 0)
  return { ok: true, chi2, df: size, p: chiSquareUpperTail(chi2, size) }
}

/** Returns half the sum of |p_l - q_l| of two count vectors, 0..1; no value when one is empty. */
export function totalVariation(a: Numbers, b: Numbers): { ok: true; tv: number } | NoValue {
  let nA = 0
  let nB = 0
  for (let l = 0; l < a.length; l += 1) {
    nA += a[l] as number
    nB += b[l] as number
  }
  if (nA === 0 || nB === 0) return noValue('n_too_small')
  let sum = 0
  for (let l = 0; l < a.length; l += 1) {
    sum += Math.abs((a[l] as number) / nA - (b[l] as number) / nB)
  }
  return { ok: true, tv: sum / 2 }
}

/**
 * Returns Pearson's chi-square of two vectors of level counts without continuity correction, and Cramer's V; levels
 * empty on both sides are dropped (scipy.stats.chi2_contingency with correction=False).
 */
export function chiSquareCounts(
  a: Numbers,
  b: Numbers,
): (ChiSquareResult & { cramersV: number }) | NoValue {
  const levels = Array.from({ length: a.length }, (_, l) => [
    a[l] as number,
    b[l] as number,
  ]).filter(([x, y]) => (x as number) + (y as number) > 0)
  const sides = [0, 1].map((s) => levels.reduce((sum, level) => sum + (level[s] as number), 0))
  const n = (sides[0] as number) + (sides[1] as number)
  if (sides[0] === 0 || sides[1] === 0) return noValue('n_too_small')
  if (levels.length < 2) return noValue('constant')
  let chi2 = 0
  for (const level of levels) {
    const total = (level[0] as number) + (level[1] as number)
    for (const s of [0, 1]) {
      const expected = (total * (sides[s] as number)) / n
      chi2 += ((level[s] as number) - expected) ** 2 / expected
    }
  }
  const df = levels.length - 1
  // Two rows of counts, so min(r - 1, c - 1) is 1.
  return { ok: true, chi2, df, p: chiSquareUpperTail(chi2, df), cramersV: Math.sqrt(chi2 / n) }
}
