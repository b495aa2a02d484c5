import { statusCode } from '@/lib/contracts/status'
import type { StatusName } from '@/lib/contracts/status'
import type { CellResult, OutputSpec } from '../types'

/** Columns being filled; every row starts as `not_run` and gets one status for all outputs. */
export interface FilledColumns {
  all: CellResult['columns']
  set(key: string, row: number, value: number): void
  setStatus(row: number, name: StatusName): void
}

/** Returns empty columns of `n` rows for the outputs. */
export function emptyColumns(outputs: readonly OutputSpec[], n: number): FilledColumns {
  const all: CellResult['columns'] = Object.fromEntries(
    outputs.map(({ key }) => [key, { values: new Float64Array(n), status: new Uint8Array(n) }]),
  )
  return {
    all,
    set(key, row, value) {
      const column = all[key]
      if (column) column.values[row] = value
    },
    setStatus(row, name) {
      for (const column of Object.values(all)) column.status[row] = statusCode(name)
    },
  }
}
