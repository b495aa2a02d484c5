import type { Db } from '@/db/client'
import { carriesValue } from '@/lib/contracts/status'
import { radixOrder } from '@/lib/stats/sort'
import type { CellRef } from '../../cells'
import type { ColumnReader } from '../../columns'
import { cachesOf } from '../../columns/cache'

/** A row without a value. */
export const NO_RANK = 0xffff_ffff

/** A column of all rows of a study as places of its distinct values. */
interface Ranks {
  /** Distinct values, ascending. */
  values: Float64Array
  /** For each row of the cells, one after the other, the place of its value; `NO_RANK` without one. */
  of: Uint32Array
}

function rank(reader: ColumnReader, column: string, cells: readonly CellRef[]): Ranks {
  const n = cells.reduce((sum, cell) => sum + cell.rowCount, 0)
  const of = new Uint32Array(n).fill(NO_RANK)
  const found = new Float64Array(n)
  const rows = new Uint32Array(n)
  let at = 0
  let start = 0
  for (const cell of cells) {
    const { values, status, width } = reader.read(column, cell)
    for (let row = 0; row < cell.rowCount; row++) {
      const value = values[row * width] as number
      if (!carriesValue(status[row] ?? 0) || Number.isNaN(value)) continue
      rows[at] = start + row
      found[at++] = value
    }
    start += cell.rowCount
  }
  const numbers = found.slice(0, at)
  const distinct = new Float64Array(at)
  let last = -1
  for (const place of radixOrder(found.slice(0, at))) {
    const value = numbers[place] as number
    if (last < 0 || value !== distinct[last]) distinct[++last] = value
    of[rows[place] as number] = last
  }
  return { values: distinct.slice(0, last + 1), of }
}

/** Returns the ranks of a column, kept until rows or values change: sorting is what takes long. */
export function ranksOf(
  db: Db,
  studyId: string,
  column: string,
  { reader, cells, stamp }: { reader: ColumnReader; cells: readonly CellRef[]; stamp: string },
): Ranks {
  return cachesOf(db).columns.get(
    `ranks/${studyId}/${column}`,
    stamp,
    (ranks: Ranks) => ranks.of.byteLength + ranks.values.byteLength,
    () => rank(reader, column, cells),
  )
}
