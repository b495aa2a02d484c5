import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { applyRange, fullMask, type Mask } from '@/lib/columns/filter'
import type { PartnerFilter } from '@/lib/contracts/column-filter'
import { newestAlignment, type CellRef } from '../cells'
import type { ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { rowBySlot, slotsNow } from '../compare/slots'

/** Returns the parent row of each row under an alignment, -1 where it has none. */
export function parentRows(db: Db, cell: CellRef, alignmentNo: number): Int32Array {
  // A published alignment never changes, so its key is stamp enough.
  return cachesOf(db).columns.get(
    `parents/${cell.no}`,
    String(alignmentNo),
    (value: Int32Array) => value.byteLength,
    () => {
      const parents = new Int32Array(cell.rowCount).fill(-1)
      const links = hotRead(db, {
        why: 'goes over every link of a file',
        sql: 'select child_idx, parent_idx from links where alignment_no = ?',
        row: z.tuple([z.number(), z.number()]),
      }).iterate(alignmentNo)
      for (const [child, parent] of links) if (child < parents.length) parents[child] = parent
      return parents
    },
  )
}

/** The rows of the other file that the rows of a cell are compared with, -1 where there is none. */
interface Partners {
  cell: CellRef
  rows: Int32Array
}

function parentsOf(db: Db, cells: readonly CellRef[], cell: CellRef): Partners | null {
  const alignment = newestAlignment(db, cell.no)
  const parent = cells.find(({ no }) => no === alignment?.parentCellNo)
  return alignment && parent ? { cell: parent, rows: parentRows(db, cell, alignment.no) } : null
}

/** Of several rows at a seed the first of both files meet, as in the figures. */
function sameSeeds(db: Db, cells: readonly CellRef[], cell: CellRef, arm: string): Partners | null {
  const other = cells.find(
    ({ seedSetKey, round, armKey }) =>
      armKey === arm && seedSetKey === cell.seedSetKey && round === cell.round,
  )
  if (!other) return null
  const { slots } = slotsNow(db, cell)
  const own = rowBySlot(slots)
  const theirs = rowBySlot(slotsNow(db, other).slots)
  return {
    cell: other,
    rows: slots.map((slot, row) => (slot >= 0 && own[slot] === row ? (theirs[slot] ?? -1) : -1)),
  }
}

/** Clears the rows of `mask` whose partner is not there, or whose partner's value lies outside of the range. */
export function keepPartnered(
  db: Db,
  reader: ColumnReader,
  cells: readonly CellRef[],
  { cell, filter, mask }: { cell: CellRef; filter: PartnerFilter; mask: Mask },
): void {
  const { column, of } = filter
  const found = of === 'parent' ? parentsOf(db, cells, cell) : sameSeeds(db, cells, cell, of.arm)
  if (!found) {
    mask.fill(0)
    return
  }
  const kept = fullMask(found.cell.rowCount)
  applyRange(kept, reader.read(column, found.cell), { ...filter, missing: false })
  for (let row = 0; row < mask.length; row += 1) {
    const at = found.rows[row] as number
    if (at < 0 || kept[at] !== 1) mask[row] = 0
  }
}
