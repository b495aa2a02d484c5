import type { Db } from '@/db/client'
import type { Column } from '@/lib/columns/column'
import { mergedRows, type SortedRows } from '@/lib/columns/sort'
import { ascendingRows } from '@/lib/figures/shared/order'
import { isDrawable } from '@/lib/figures/shared/series'
import { cachesOf } from './cache'

const names = new WeakMap<Column['values'], number>()
let named = 0

/** Returns a number for the values of a column as they lie in memory: other values, another number. */
function nameOf(values: Column['values']): number {
  const known = names.get(values)
  if (known !== undefined) return known
  named += 1
  names.set(values, named)
  return named
}

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
