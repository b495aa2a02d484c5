import { chiSquareUpperTail } from './distributions'
import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { ascendingOrder } from './ranks'

/** Friedman's test. */
export interface FriedmanResult {
  ok: true
  /** Complete blocks. */
  n: number
  chi2: number
  df: number
  p: number
  /** Kendall's coefficient of concordance chi2 / (n (k - 1)), 0..1: how alike the blocks rank the treatments. */
  concordance: number
  /** Mean rank of each treatment over the blocks; 1 is the lowest value. */
  meanRanks: number[]
}

/**
 * Returns Friedman's test of k >= 3 treatments over blocks that have a value (not NaN) for every one: mid-ranks within a
 * block, chi-square with tie correction (scipy.stats.friedmanchisquare). `treatments[j][i]` belongs to block i.
 */
export function friedman(treatments: readonly Numbers[]): FriedmanResult | NoValue {
  const k = treatments.length
  const rankSums = Array.from({ length: k }, () => 0)
  let n = 0
  let tieSum = 0
  for (let i = 0; i < (treatments[0]?.length ?? 0); i += 1) {
    const block = treatments.map((values) => values[i] as number)
    if (block.some((value) => Number.isNaN(value))) continue
    n += 1
    const order = ascendingOrder(block)
    for (let from = 0, end = 0; from < k; from = end) {
      while (end < k && block[order[end] as number] === block[order[from] as number]) end += 1
      const rank = (from + end + 1) / 2
      for (const j of order.subarray(from, end)) rankSums[j] = (rankSums[j] as number) + rank
      tieSum += (end - from) ** 3 - (end - from)
    }
  }
  if (k < 3 || n < 2) return noValue('n_too_small')
  const ties = 1 - tieSum / (n * k * (k * k - 1))
  if (!(ties > 0)) return noValue('all_ties')
  const squares = rankSums.reduce((sum, rankSum) => sum + rankSum * rankSum, 0)
  const chi2 = ((12 / (n * k * (k + 1))) * squares - 3 * n * (k + 1)) / ties
  return {
    ok: true,
    n,
    chi2,
    df: k - 1,
    p: chiSquareUpperTail(chi2, k - 1),
    concordance: chi2 / (n * (k - 1)),
    meanRanks: rankSums.map((rankSum) => rankSum / n),
  }
}
