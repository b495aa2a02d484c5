import type { Numbers } from './no-value'

/** Mid-ranks of values: ties share the mean of the ranks they cover. */
export interface Ranks {
  /** Rank of each value in input order, 1-based. */
  ranks: Float64Array
  /** Sum over groups of equal values of t^3 - t, t the size of the group. */
  tieSum: number
}

/** Returns the positions of the values in ascending order of value. */
export function ascendingOrder(values: Numbers): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i)
  return order.sort((a, b) => (values[a] as number) - (values[b] as number))
}

/** Returns mid-ranks and the tie correction term of the values. */
export function midRanks(values: Numbers): Ranks {
  const n = values.length
  const order = ascendingOrder(values)
  const ranks = new Float64Array(n)
  let tieSum = 0
  for (let start = 0; start < n;) {
    const value = values[order[start] as number] as number
    let end = start + 1
    while (end < n && (values[order[end] as number] as number) === value) end += 1
    const rank = (start + 1 + end) / 2
    for (let i = start; i < end; i += 1) ranks[order[i] as number] = rank
    const size = end - start
    tieSum += size ** 3 - size
    start = end
  }
  return { ranks, tieSum }
}
