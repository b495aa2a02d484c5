import type { MetricValue } from '@/lib/contracts/rows'
import { carriesValue, statusOf } from '@/lib/contracts/status'

/** Values of one output over all rows of one cell: `width` numbers and one status byte a row. */
export interface Column {
  values: Float64Array | Float32Array
  status: Uint8Array
  width: number
  /** Rows. */
  n: number
}

/** Returns a column of n rows in which every row is `not_run` (status byte 0) and every number NaN. */
export function emptyColumn(n: number, width = 1, dtype: 'f64' | 'f32' = 'f64'): Column {
  const values = dtype === 'f32' ? new Float32Array(n * width) : new Float64Array(n * width)
  values.fill(Number.NaN)
  return { values, status: new Uint8Array(n), width, n }
}

/** Returns the value of one row with its status name; a missing value is null, as is a missing vector entry. */
export function valueAt(column: Column, row: number): MetricValue {
  const code = column.status[row] ?? 0
  const status = statusOf(code).name
  if (!carriesValue(code)) return { value: null, status }
  if (column.width === 1) {
    const value = column.values[row] as number
    return { value: Number.isFinite(value) ? value : null, status }
  }
  const start = row * column.width
  const entries: (number | null)[] = []
  for (let k = start; k < start + column.width; k++) {
    const entry = column.values[k] as number
    entries.push(Number.isFinite(entry) ? entry : null)
  }
  return { value: entries, status }
}

/** Returns the bytes that a column holds in memory. */
export function columnBytes(column: Column): number {
  return column.values.byteLength + column.status.byteLength
}

/** Returns a copy in which rows that were not run take the value of the same row of `other`. Equal shapes only. */
export function fillFrom(column: Column, other: Column): Column {
  if (column.n !== other.n || column.width !== other.width) return column
  const values = column.values.slice()
  const status = column.status.slice()
  for (let row = 0; row < column.n; row++) {
    if (status[row] !== 0 || other.status[row] === 0) continue
    status[row] = other.status[row] as number
    for (let k = row * column.width; k < (row + 1) * column.width; k++) {
      values[k] = other.values[k] as number
    }
  }
  return { values, status, width: column.width, n: column.n }
}
