import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { statusCode } from '@/lib/contracts/status'
import type { SeriesColumn, SeriesLineage } from '@/lib/figures/types'
import { newestAlignment, type CellRef } from '../cells'
import { cachesOf } from '../columns/cache'
import { slotsOfCell } from '../compare/slots'

const NO_PARENT = statusCode('no_parent')

/** Returns the parent row of each row under an alignment, -1 where it has none. */
function parentRows(db: Db, cell: CellRef, alignmentNo: number): Int32Array {
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

/** What the lineage of a cell is read from. */
interface LineageInput {
  /** All cells of the study, so that a parent outside of the filter is found. */
  cells: readonly CellRef[]
  columns: readonly string[]
  read(columnId: string, cell: CellRef): SeriesColumn | null
}

/**
 * Returns the seed slot of each kept row and the values of its parent. A row without a parent says so; a column that the
 * parent's cell does not have is absent.
 */
export async function lineageOf(
  db: Db,
  cell: CellRef,
  kept: Int32Array | null,
  { cells, columns, read }: LineageInput,
): Promise<SeriesLineage> {
  const own = await slotsOfCell(db, cell)
  const slots = kept ? Int32Array.from(kept, (row) => own.slots[row] ?? -1) : own.slots
  const alignment = newestAlignment(db, cell.no)
  const parentCell = cells.find(({ no }) => no === alignment?.parentCellNo)
  if (!alignment || !parentCell) return { slots, parents: {} }
  const all = parentRows(db, cell, alignment.no)
  const rows = kept ? Int32Array.from(kept, (row) => all[row] ?? -1) : all
  const parents: SeriesLineage['parents'] = {}
  for (const id of columns) {
    const column = read(id, parentCell)
    if (!column) continue
    const values = new Float64Array(rows.length)
    const status = new Uint8Array(rows.length)
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i] as number
      values[i] = row < 0 ? Number.NaN : (column.values[row * column.width] as number)
      status[i] = row < 0 ? NO_PARENT : (column.status[row] ?? NO_PARENT)
    }
    parents[id] = { values, status, definitionHash: column.definitionHash }
  }
  return { slots, parents }
}
