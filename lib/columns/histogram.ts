import { carriesValue, statusOf } from '@/lib/contracts/status'
import { binOf } from '@/lib/stats/histogram'
import { sortAscending } from '@/lib/stats/sort'
import type { Column } from './column'

/** Share of values at each end that may fall outside the evenly spaced bins, so that one outlier does not flatten all. */
const TAIL = 0.005

/** The values of a column that count, at the given rows (all when null), and the statuses of the others. */
export interface Values {
  values: Float64Array
  /** Status name -> rows without a value. */
  missing: Record<string, number>
}

/** Returns the values of one or more columns at their rows, and why the others are missing. Of a vector, the first entry. */
export function collectValues(
  parts: readonly { column: Column; rows: Int32Array | null }[],
): Values {
  let capacity = 0
  for (const part of parts) capacity += part.rows?.length ?? part.column.n
  const values = new Float64Array(capacity)
  const reasons = new Uint32Array(256)
  let k = 0
  for (const { column, rows } of parts) {
    const n = rows?.length ?? column.n
    for (let at = 0; at < n; at++) {
      const row = rows ? (rows[at] as number) : at
      const code = column.status[row] ?? 0
      const value = column.values[row * column.width] as number
      if (carriesValue(code) && !Number.isNaN(value)) values[k++] = value
      else reasons[code] = (reasons[code] as number) + 1
    }
  }
  const missing: Record<string, number> = {}
  for (let code = 0; code < 256; code++) {
    const count = reasons[code] as number
    if (count > 0) missing[statusOf(code).name] = (missing[statusOf(code).name] ?? 0) + count
  }
  return { values: values.subarray(0, k), missing }
}

/**
 * Returns bins + 1 ascending edges for the values: evenly spaced between the 0.5th and 99.5th percentile, with the first
 * and the last edge moved out to the extremes so that every value has a bin. Equal values give one bin of width 1.
 */
export function histogramEdges(values: Float64Array, bins: number): number[] {
  if (values.length === 0) return [0, 1]
  const ascending = sortAscending(values.slice())
  const at = (share: number) => ascending[Math.round(share * (values.length - 1))] as number
  const min = at(0)
  const max = at(1)
  if (min === max) return [min - 0.5, min + 0.5]
  let low = at(TAIL)
  let high = at(1 - TAIL)
  if (!(low < high)) {
    low = min
    high = max
  }
  const edges: number[] = []
  for (let bin = 0; bin <= bins; bin++) edges.push(low + ((high - low) * bin) / bins)
  edges[0] = min
  edges[bins] = max
  return edges
}

/**
 * Returns the bin of each row of a column (left-closed, the last bin closed); behind the bins stand the status bytes of rows
 * without a value. Of a vector, the first entry.
 */
export function binRows(column: Column, edges: readonly number[]): Uint16Array {
  const { values, status, width, n } = column
  const bins = edges.length - 1
  const codes = new Uint16Array(n)
  for (let row = 0; row < n; row++) {
    const code = status[row] ?? 0
    const value = values[row * width] as number
    codes[row] = carriesValue(code) && !Number.isNaN(value) ? binOf(value, edges) : bins + code
  }
  return codes
}
