import type { Db } from '@/db/client'
import { statusCode } from '@/lib/contracts/status'
import type { SeriesColumn, SeriesLineage } from '@/lib/figures/types'
import { newestAlignment, type CellRef } from '../cells'
import { slotsOfCell } from '../compare/slots'
import { parentRows } from '../rows/partners'

const NO_PARENT = statusCode('no_parent')

/** What the lineage of a cell is read from. */
interface LineageInput {
  /** All cells of the study, so that a parent outside of the filter is found. */
  cells: readonly CellRef[]
  columns: readonly string[]
  read(columnId: string, cell: CellRef): SeriesColumn | null
}

function taken(values: Int32Array, kept: Int32Array): Int32Array {
  const found = new Int32Array(kept.length)
  for (let i = 0; i < kept.length; i += 1) found[i] = values[kept[i] as number] ?? -1
  return found
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
  const slots = kept ? taken(own.slots, kept) : own.slots
  const alignment = newestAlignment(db, cell.no)
  const parentCell = cells.find(({ no }) => no === alignment?.parentCellNo)
  if (!alignment || !parentCell) return { slots, parents: {} }
  const all = parentRows(db, cell, alignment.no)
  const rows = kept ? taken(all, kept) : all
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
