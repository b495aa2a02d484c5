import type { Numbers } from './no-value'
import { FEW, radixOrder } from './sort'

/** Rank sums of two samples ranked together. */
export interface JointRanks {
  first: number
  second: number
  /** Sum over groups of equal values of t^3 - t, t the size of the group. */
  tieSum: number
}

function endOfGroup(ascending: Numbers, from: number, value: number): number {
  let end = from
  while (end < ascending.length && (ascending[end] as number) === value) end += 1
  return end
}

/** Returns the sums of mid-ranks (ties share the mean of the ranks they cover) of two ascending samples, and the tie term. */
export function jointRanks(a: Numbers, b: Numbers): JointRanks {
  let first = 0
  let second = 0
  let tieSum = 0
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const value = Math.min(
      i < a.length ? (a[i] as number) : Infinity,
      j < b.length ? (b[j] as number) : Infinity,
    )
    const endA = endOfGroup(a, i, value)
    const endB = endOfGroup(b, j, value)
    const size = endA - i + endB - j
    const rank = i + j + (size + 1) / 2
    first += rank * (endA - i)
    second += rank * (endB - j)
    tieSum += size ** 3 - size
    i = endA
    j = endB
  }
  return { first, second, tieSum }
}

/** Returns the positions of the values in ascending order of value; of equal ones the first comes first. */
export function ascendingOrder(values: Numbers): Uint32Array {
  if (values.length >= FEW) return radixOrder(Float64Array.from(values))
  const order = Uint32Array.from({ length: values.length }, (_, i) => i)
  return order.sort((a, b) => (values[a] as number) - (values[b] as number))
}
