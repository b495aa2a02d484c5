import { carriesValue } from '@/lib/contracts/status'
import { ascendingOrder } from '@/lib/stats/ranks'
import type { Scratch } from '@/lib/stats/scratch'
import type { FigureConflict, FigureData, FigureSeries, SeriesColumn, SeriesCount } from '../types'
import { comparable, countAll, isDrawable } from './series'

/** Two columns of the same rows. */
export interface PairOfColumns {
  x: string
  y: string
}

/** Series that have both columns, each of one definition unless `mix` says otherwise. */
export interface ComparablePairs {
  data: FigureData
  counts: SeriesCount[]
  conflicts: FigureConflict[]
}

/** Returns the series that were asked for both columns, with counts of the rows that have both values. */
export function comparablePairs(
  all: FigureData,
  { x, y }: PairOfColumns,
  mix: boolean,
): ComparablePairs {
  const first = comparable(all, x, mix)
  if (x === y) return { ...first, counts: countAll(first.data, x) }
  const { data, conflicts } = comparable(first.data, y, mix)
  return { data, counts: countAll(data, x, y), conflicts: [...first.conflicts, ...conflicts] }
}

/** Values of one side of pairs with their ranks. */
export interface Side {
  values: Float64Array
  ascending: Float64Array
  ranks: Float64Array
  /** Places of the values, ascending by them; of equal ones the first first. */
  order: ArrayLike<number>
}

/** Returns the values of the rows that have both, in row order, with their ranks among all of them; in scratch memory. */
export function pairsOf(
  data: FigureData,
  members: readonly FigureSeries[],
  { x, y }: PairOfColumns,
  scratch: Scratch,
): { x: Side; y: Side } {
  const rows = members.reduce((sum, { n }) => sum + n, 0)
  const xs = scratch.floats(rows)
  const ys = scratch.floats(rows)
  const places = scratch.integers(rows)
  let row = 0
  let k = 0
  for (const series of members) {
    const first = series.columns[x]
    const second = series.columns[y]
    const own = places.subarray(row, (row += series.n))
    if (!first || !second) own.fill(-1)
    else k = collectPairs(first, second, { xs, ys, places: own, from: k })
  }
  const [orderX, orderY] = data.sorted?.(members, [x, y], places, scratch) ?? []
  return {
    x: sideOf(xs.subarray(0, k), orderX, scratch),
    y: sideOf(ys.subarray(0, k), orderY, scratch),
  }
}

function sideOf(values: Float64Array, known: Int32Array | undefined, scratch: Scratch): Side {
  const order = known ?? Int32Array.from(ascendingOrder(values))
  const ascending = scratch.floats(order.length)
  for (let at = 0; at < order.length; at += 1) ascending[at] = values[order[at] as number] as number
  const ranks = scratch.floats(order.length)
  // `midRanks` would look each number up where it stands.
  for (let from = 0; from < order.length;) {
    let end = from + 1
    while (end < order.length && ascending[end] === ascending[from]) end += 1
    for (let at = from; at < end; at += 1) ranks[order[at] as number] = (from + 1 + end) / 2
    from = end
  }
  return { values, ascending, ranks, order }
}

interface Collected {
  xs: Float64Array
  ys: Float64Array
  /** Place of each row among the pairs, -1 = none. */
  places: Int32Array
  from: number
}

/** Adds the pairs of one series; returns how many there are now. */
function collectPairs(
  first: SeriesColumn,
  second: SeriesColumn,
  { xs, ys, places, from }: Collected,
): number {
  const { values: xValues, status: xStatus, width: xWidth } = first
  const { values: yValues, status: yStatus, width: yWidth } = second
  let k = from
  for (let row = 0; row < places.length; row += 1) {
    places[row] = -1
    if (!carriesValue(xStatus[row] as number) || !carriesValue(yStatus[row] as number)) continue
    const a = xValues[row * xWidth] as number
    const b = yValues[row * yWidth] as number
    if (!isDrawable(a) || !isDrawable(b)) continue
    xs[k] = a
    ys[k] = b
    places[row] = k
    k += 1
  }
  return k
}
