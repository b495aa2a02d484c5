import type { Db } from '@/db/client'
import type { Column } from '@/lib/columns/column'
import { ascendingRows } from '@/lib/figures/shared/order'
import { cachesOf } from '../columns/cache'

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

/**
 * Returns the kept rows that have a drawable number at an entry of a column, ascending by it, as places among the kept
 * ones. The whole column is sorted once for all filters; a filter only goes through that order.
 */
export function orderIn(
  db: Db,
  column: Column,
  { kept, entry }: { kept: Int32Array | null; entry: number },
): Uint32Array {
  const whole = cachesOf(db).columns.get(
    `order/${nameOf(column.values)}/${entry}`,
    '',
    (order: Uint32Array) => order.byteLength,
    () => ascendingRows(column, entry),
  )
  if (!kept) return whole
  const places = new Int32Array(column.n).fill(-1)
  for (let i = 0; i < kept.length; i += 1) places[kept[i] as number] = i
  const order = new Uint32Array(kept.length)
  let n = 0
  for (let i = 0; i < whole.length; i += 1) {
    const place = places[whole[i] as number] as number
    if (place >= 0) order[n++] = place
  }
  return order.subarray(0, n)
}
