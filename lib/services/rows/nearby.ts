import { eq, and } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { rows } from '@/db/schema'
import type { NearbyRows, RowRef } from '@/lib/contracts/rows'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { currentCells, getCell, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { yieldToEventLoop } from '../compare/slots'
import { rowRef } from './detail'

/** Rows that a list in the panel shows; the others are counted. */
const SHOWN = 20

// Equal texts have as many characters: only those rows' texts are read.
const LENGTH = 'instruction_characters.instruction'
const NEIGHBOUR = 'mnd.neighbour'
const DISTANCE = 'mnd.mnd'

function textOf(db: Db, cellNo: number, idx: number): string | null {
  const at = and(eq(rows.cellNo, cellNo), eq(rows.idx, idx))
  return db.select({ text: rows.instruction }).from(rows).where(at).get()?.text ?? null
}

/** Rows of a cell whose number in a column is the given one. */
function rowsOfValue(reader: ColumnReader, column: string, cell: CellRef, value: number): number[] {
  const { values, status, width } = reader.read(column, cell)
  const found: number[] = []
  for (let row = 0; row < cell.rowCount; row++) {
    if (values[row * width] === value && carriesValue(status[row] ?? 0)) found.push(row)
  }
  return found
}

/** The nearest row of the same file, and the rows whose nearest is this one. */
function neighboursOf(db: Db, reader: ColumnReader, cell: CellRef, idx: number) {
  if (!reader.runOf(NEIGHBOUR)) return { nearest: null, nearestTo: [], distance: null }
  const numberOf = (column: string) => {
    const { value } = reader.valuesIn(column, cell)(idx)
    return typeof value === 'number' ? value : null
  }
  const at = numberOf(NEIGHBOUR)
  return {
    nearest: at === null ? null : rowRef(db, cell, at),
    distance: at === null ? null : numberOf(DISTANCE),
    nearestTo: rowsOfValue(reader, NEIGHBOUR, cell, idx)
      .filter((row) => row !== at)
      .slice(0, SHOWN)
      .flatMap((row) => rowRef(db, cell, row) ?? []),
  }
}

/**
 * Returns the rows of the study with the same instruction, letter by letter, and the neighbours of a row under minimum
 * neighbour distance. Throws `not_found` when there is no such row.
 */
export async function nearbyRows(
  db: Db,
  studyId: string,
  cellId: string,
  idx: number,
): Promise<NearbyRows> {
  const cell = getCell(db, studyId, cellId)
  const text = textOf(db, cell.no, idx)
  if (text === null) throw new AppError('not_found', `This file has no row ${idx + 1}.`)
  const reader = columnReader(db, studyId)
  const length = reader.valuesIn(LENGTH, cell)(idx).value as number
  const duplicates: RowRef[] = []
  let found = 0
  for (const other of currentCells(db, studyId)) {
    await reader.warm(LENGTH, other)
    for (const row of rowsOfValue(reader, LENGTH, other, length)) {
      if ((other.no === cell.no && row === idx) || textOf(db, other.no, row) !== text) continue
      found += 1
      const ref = found <= SHOWN ? rowRef(db, other, row) : null
      if (ref) duplicates.push(ref)
    }
    await yieldToEventLoop()
  }
  return {
    duplicates,
    moreDuplicates: found - duplicates.length,
    ...neighboursOf(db, reader, cell, idx),
  }
}
