import type { Db } from '@/db/client'
import type { Column } from '@/lib/columns/column'
import { mergedRows, type SortedRows } from '@/lib/columns/sort'
import { ascendingRows } from '@/lib/figures/shared/order'
import { isDrawable } from '@/lib/figures/shared/series'
import type { Scratch } from '@/lib/stats/scratch'
import { cachesOf } from './cache'
import { nameOf } from './names'

function kept(db: Db, key: string, make: () => Uint32Array): Uint32Array {
  return cachesOf(db).columns.get(key, '', (order: Uint32Array) => order.byteLength, make)
}

/**
 * Returns the rows that have a number at an entry of a column, ascending by it; of equal ones the first first. A column
 * is sorted once, for lists and figures and for every filter.
 */
export function rowsInOrder(db: Db, column: Column, entry = 0): Uint32Array {
  return kept(db, `order/${nameOf(column.values)}/${entry}`, () =>
    ascendingRows(column, entry, (value) => !Number.isNaN(value)),
  )
}

/**
 * Returns the kept rows that have a drawable number at an entry of a column, ascending by it, as places among the kept
 * ones: a filter only goes through the order of the whole column.
 */
export function orderIn(
  db: Db,
  column: Column,
  { kept: rows, entry }: { kept: Int32Array | null; entry: number },
): Uint32Array {
  const whole = kept(db, `drawable/${nameOf(column.values)}/${entry}`, () => {
    const all = rowsInOrder(db, column, entry)
    const at = (row: number) => column.values[row * column.width + entry] as number
    return all.every((row) => isDrawable(at(row))) ? all : all.filter((row) => isDrawable(at(row)))
  })
  if (!rows) return whole
  const places = new Int32Array(column.n).fill(-1)
  for (let i = 0; i < rows.length; i += 1) places[rows[i] as number] = i
  const order = new Uint32Array(rows.length)
  let n = 0
  for (let i = 0; i < whole.length; i += 1) {
    const place = places[whole[i] as number] as number
    if (place >= 0) order[n++] = place
  }
  return order.subarray(0, n)
}

/** Returns the rows of columns one after another, in the order of their numbers: kept as long as all of them are the same. */
export function orderOfAll(db: Db, columns: readonly Column[]): SortedRows {
  return cachesOf(db).columns.get(
    `orders/${columns.map(({ values }) => nameOf(values)).join(' ')}`,
    '',
    ({ order }: SortedRows) => order.length * 5 + 64,
    () => mergedRows(columns.map((column) => ({ column, order: rowsInOrder(db, column) }))),
  )
}

/** Columns of one cell of which a figure shows the kept rows; null = all. */
export interface CutColumns {
  columns: readonly Column[]
  kept: Int32Array | null
}

/**
 * Returns for each of the columns of all cells the places of their kept rows in ascending order, of equal numbers the
 * first first. `placeOf` has a place for each kept row of the cells one after another, -1 for none. The order of all rows
 * is known: a filter only goes through it.
 */
export function placesInOrder(
  db: Db,
  cells: readonly CutColumns[],
  placeOf: Int32Array,
  scratch: Scratch,
): Int32Array[] {
  const [first] = cells
  if (!first) return []
  const rowsOf = ({ columns }: CutColumns) => columns[0]?.n ?? 0
  const places = scratch.integers(cells.reduce((sum, cell) => sum + rowsOf(cell), 0)).fill(-1)
  let from = 0
  let next = 0
  for (const cell of cells) {
    const rows = rowsOf(cell)
    const { kept } = cell
    const n = kept?.length ?? rows
    for (let i = 0; i < n; i += 1)
      places[from + (kept ? (kept[i] as number) : i)] = placeOf[next + i] as number
    from += rows
    next += n
  }
  return first.columns.map((_, k) => {
    const { order, valued } = orderOfAll(
      db,
      cells.map(({ columns }) => columns[k] as Column),
    )
    const sorted = scratch.integers(valued)
    let n = 0
    for (let i = 0; i < valued; i += 1) {
      const place = places[order[i] as number] as number
      // Written over by the next one where it is none.
      sorted[n] = place
      n += 1 + (place >> 31)
    }
    return sorted.subarray(0, n)
  })
}
