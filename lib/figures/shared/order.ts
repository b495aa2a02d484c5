import { carriesValue } from '@/lib/contracts/status'
import { ascendingOrder } from '@/lib/stats/ranks'
import { mergeRuns, type Run } from '@/lib/stats/sort'
import type { FigureSeries, SeriesColumn } from '../types'
import { isDrawable } from './series'

/** Returns the rows that have a number to keep at an entry of a column, ascending by it; of equal ones the first first. */
export function ascendingRows(
  { values, status, width }: Pick<SeriesColumn, 'values' | 'status' | 'width'>,
  entry = 0,
  keeps: (value: number) => boolean = isDrawable,
): Uint32Array {
  const found = new Float64Array(status.length)
  const rows = new Uint32Array(status.length)
  let n = 0
  for (let row = 0; row < status.length; row += 1) {
    const value = values[row * width + entry] as number
    if (!carriesValue(status[row] as number) || !keeps(value)) continue
    found[n] = value
    rows[n++] = row
  }
  const order = ascendingOrder(found.subarray(0, n))
  for (let i = 0; i < n; i += 1) order[i] = rows[order[i] as number] as number
  return order
}

/** Returns what `ascendingRows` does for a column of a series, without sorting where its order is known. */
export function orderOf(series: FigureSeries, columnId: string, entry = 0): Uint32Array {
  const column = series.columns[columnId]
  if (!column) return new Uint32Array(0)
  return column.order?.(entry) ?? ascendingRows(column, entry)
}

/** Which numbers of a row are drawn: an entry of the column, where the row is kept. */
export interface DrawnEntry {
  entry: number
  /** All rows unless given. */
  keeps?(row: number): boolean
}

/** Returns the drawable numbers at an entry of a column, ascending. */
export function ascendingOf(
  series: FigureSeries,
  columnId: string,
  { entry, keeps }: DrawnEntry = { entry: 0 },
): Float64Array {
  const order = orderOf(series, columnId, entry)
  const ascending = new Float64Array(order.length)
  const column = series.columns[columnId]
  if (!column) return ascending
  const { values, width } = column
  let n = 0
  for (let i = 0; i < order.length; i += 1) {
    const row = order[i] as number
    if (!keeps || keeps(row)) ascending[n++] = values[row * width + entry] as number
  }
  return ascending.subarray(0, n)
}

/** Returns numbers that ascend in each part as one array that ascends. */
export function pooled(parts: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(0)] = parts
  if (parts.length < 2) return first
  return mergeRuns(parts.map((values): Run => ({ values, places: null }))).values
}
