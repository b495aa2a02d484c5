import type { NoValue, Numbers } from './no-value'
import { noValue } from './no-value'
import { ascendingOrder } from './ranks'
import { mean } from './summary'

/** A correlation of n pairs. */
export interface Correlation {
  ok: true
  value: number
  n: number
}

/** Returns Pearson's r (scipy.stats.pearsonr), of mid-ranks Spearman's rho (scipy.stats.spearmanr); `constant` where one side does not vary. */
export function pearson(x: Numbers, y: Numbers): Correlation | NoValue {
  const n = x.length
  if (n < 2) return noValue('n_too_small')
  const centreX = mean(x)
  const centreY = mean(y)
  let xx = 0
  let yy = 0
  let xy = 0
  let largestX = 0
  let largestY = 0
  for (let i = 0; i < n; i += 1) {
    const dx = (x[i] as number) - centreX
    const dy = (y[i] as number) - centreY
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
    largestX = Math.max(largestX, Math.abs(dx))
    largestY = Math.max(largestY, Math.abs(dy))
  }
  // Equal values differ from their own mean by rounding only.
  const varies = (largest: number, centre: number) =>
    largest > n * Number.EPSILON * Math.abs(centre)
  if (!varies(largestX, centreX) || !varies(largestY, centreY)) return noValue('constant')
  const value = xy / (Math.sqrt(xx) * Math.sqrt(yy))
  if (!Number.isFinite(value)) return noValue('zero_denominator')
  return { ok: true, value: Math.min(1, Math.max(-1, value)), n }
}

/**
 * Returns the rank of each value, from 1; equal values share the mean of the ranks they cover (scipy.stats.rankdata).
 * `order` is their ascending order, where it is known.
 */
export function midRanks(values: Numbers, order = ascendingOrder(values)): Float64Array {
  const ranks = new Float64Array(order.length)
  for (let from = 0; from < order.length;) {
    const value = values[order[from] as number]
    let end = from + 1
    while (end < order.length && values[order[end] as number] === value) end += 1
    for (let at = from; at < end; at += 1) ranks[order[at] as number] = (from + 1 + end) / 2
    from = end
  }
  return ranks
}
