import { carriesValue } from '@/lib/contracts/status'
import { mergeRuns, type Run } from '@/lib/stats/sort'
import type { FigureConflict, FigureData, FigureSeries, SeriesColumn, SeriesCount } from '../types'
import { orderOf } from './order'
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
}

/** Returns the values of the rows that have both, in row order, with their ranks among all of them. */
export function pairsOf(
  members: readonly FigureSeries[],
  { x, y }: PairOfColumns,
): { x: Side; y: Side } {
  const rows = members.reduce((sum, { n }) => sum + n, 0)
  const xs = new Float64Array(rows)
  const ys = new Float64Array(rows)
  const runs: { x: Run[]; y: Run[] } = { x: [], y: [] }
  let k = 0
  for (const series of members) {
    const first = series.columns[x]
    const second = series.columns[y]
    if (!first || !second) continue
    const places = new Int32Array(series.n)
    k = collectPairs(first, second, { xs, ys, places, from: k })
    runs.x.push(runOf(orderOf(series, x), xs, places))
    runs.y.push(runOf(orderOf(series, y), ys, places))
  }
  const side = (values: Float64Array, own: readonly Run[]): Side => {
    const { values: ascending, places } = mergeRuns(own)
    return { values, ascending, ranks: ranksAt(ascending, places ?? new Uint32Array(0)) }
  }
  return { x: side(xs.subarray(0, k), runs.x), y: side(ys.subarray(0, k), runs.y) }
}

/** The mid-rank at each place, from the numbers in ascending order; `midRanks` would look each up where it stands. */
function ranksAt(ascending: Float64Array, places: Uint32Array): Float64Array {
  const ranks = new Float64Array(ascending.length)
  for (let from = 0; from < ascending.length;) {
    let end = from + 1
    while (end < ascending.length && ascending[end] === ascending[from]) end += 1
    for (let at = from; at < end; at += 1) ranks[places[at] as number] = (from + 1 + end) / 2
    from = end
  }
  return ranks
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

/** The rows of a series that have a place among the pairs, ascending by their value. */
function runOf(order: Uint32Array, values: Float64Array, placeOf: Int32Array): Run {
  const ascending = new Float64Array(order.length)
  const places = new Uint32Array(order.length)
  let n = 0
  for (let i = 0; i < order.length; i += 1) {
    const place = placeOf[order[i] as number] as number
    if (place < 0) continue
    ascending[n] = values[place] as number
    places[n++] = place
  }
  return { values: ascending.subarray(0, n), places: places.subarray(0, n) }
}
