import { and, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { decisions } from '@/db/schema'
import {
  allIndexes,
  applyRange,
  fullMask,
  intersect,
  maskToIndexes,
  type Mask,
} from '@/lib/columns/filter'
import type { RowFilter } from '@/lib/contracts/filter'
import { currentCells, newestAlignment, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import { exportedRows } from './exported'
import { operatorCodes } from './operators'
import { keepPartnered } from './partners'
import { checkRange, wordFilter } from './words'
import { searchMask, warmSearch } from './search'
import { SEEDS_KEY } from '@/lib/contracts/seeds'

/** What a filter left of a study: cells in file order with their kept rows, ascending. */
export interface Selection {
  cells: { cell: CellRef; rows: Int32Array }[]
  /** Rows kept. */
  total: number
  /** Rows of the study. */
  outOf: number
  /** Changes whenever the same filter could give other rows. */
  stamp: string
}

function inScope(cell: CellRef, filter: RowFilter): boolean {
  const { seedSets, arms, rounds } = filter
  return (
    (seedSets.length === 0 || seedSets.includes(cell.seedSetKey)) &&
    (arms.length === 0 || arms.includes(cell.armKey ?? SEEDS_KEY)) &&
    (rounds.length === 0 || rounds.includes(cell.round))
  )
}

function keepMarked(db: Db, cell: CellRef, filter: RowFilter, mask: Mask): void {
  if (filter.marks.length === 0 && !filter.hideDropped) return
  const entries = db
    .select({ idx: decisions.idx, kind: decisions.kind })
    .from(decisions)
    .where(and(eq(decisions.cellNo, cell.no), isNull(decisions.undoneAt)))
    .all()
  if (filter.marks.length > 0) {
    const marks: readonly string[] = filter.marks
    const marked = new Uint8Array(mask.length)
    for (const { idx, kind } of entries) if (marks.includes(kind)) marked[idx] = 1
    intersect(mask, marked)
  }
  if (filter.hideDropped) {
    for (const { idx, kind } of entries) if (kind === 'drop') mask[idx] = 0
  }
}

function keepOperators(db: Db, cell: CellRef, wanted: readonly string[], mask: Mask): void {
  if (wanted.length === 0) return
  const { names, codes } = operatorCodes(db, cell.no, cell.rowCount)
  const kept = names.map((name) => wanted.includes(name))
  for (let row = 0; row < mask.length; row++) {
    const code = codes[row] as number
    if (code === 0 || !kept[code - 1]) mask[row] = 0
  }
}

type CellFilter = (mask: Mask, cell: CellRef) => void

function selectCell(
  db: Db,
  reader: ColumnReader,
  cell: CellRef,
  filter: RowFilter,
  others: readonly CellFilter[],
): Int32Array {
  const text = filter.text.trim()
  const plain =
    cell.skipped.length === 0 &&
    filter.operators.length === 0 &&
    filter.ranges.length === 0 &&
    filter.values.length === 0 &&
    (filter.partners ?? []).length === 0 &&
    (filter.exports ?? []).length === 0 &&
    filter.marks.length === 0 &&
    !filter.hideDropped &&
    text === ''
  if (plain) return allIndexes(cell.rowCount)
  const mask = fullMask(cell.rowCount)
  for (const idx of cell.skipped) mask[idx] = 0
  keepOperators(db, cell, filter.operators, mask)
  for (const range of filter.ranges) applyRange(mask, reader.read(range.column, cell), range)
  for (const keep of others) keep(mask, cell)
  keepMarked(db, cell, filter, mask)
  if (text !== '') intersect(mask, searchMask(db, cell, text))
  return maskToIndexes(mask)
}

/** Keeps the rows that a saved export holds, or the others. */
function keepExported(
  db: Db,
  studyId: string,
  { id, inside }: NonNullable<RowFilter['exports']>[number],
): CellFilter {
  // An export can only name exports that were there before it, so this ends.
  const held = selectRows(db, studyId, exportedRows(db, studyId, id).filter)
  return (mask, cell) => {
    const isIn = new Uint8Array(mask.length)
    for (const row of held.get(cell.no) ?? []) isIn[row] = 1
    for (let row = 0; row < mask.length; row += 1) if ((isIn[row] === 1) !== inside) mask[row] = 0
  }
}

function stampOf(db: Db, studyId: string, cells: readonly CellRef[], reader: ColumnReader): string {
  const row = z.tuple([z.number()], z.number())
  const one = (sql: string) =>
    hotRead(db, { why: 'three counts with every page of rows', sql, row }).get(studyId)?.join(':')
  return [
    cells
      .map(({ no }) => `${no}.${newestAlignment(db, no)?.no ?? 0}.${responseStamp(db, no)}`)
      .join(' '),
    reader.runs.map((run) => (run.pinned ? `${run.no}p` : run.no)).join(' '),
    one(
      'select count(*), coalesce(sum(rc.version), 0) from run_cells rc join runs r on r.no = rc.run_no where r.study_id = ?',
    ),
    one('select coalesce(max(no), 0), count(undone_at) from decisions where study_id = ?'),
  ].join('|')
}

/** Returns what changes whenever some filter of the study could give other rows. */
export function selectionStamp(db: Db, studyId: string): string {
  return stampOf(db, studyId, currentCells(db, studyId), columnReader(db, studyId))
}

/**
 * Returns the rows that pass a filter, in file order. Cached until rows, values, marks or alignments change. Throws
 * `not_found` for an unknown column.
 */
export function select(db: Db, studyId: string, filter: RowFilter): Selection {
  const cells = currentCells(db, studyId)
  const reader = columnReader(db, studyId)
  const stamp = stampOf(db, studyId, cells, reader)
  return cachesOf(db).results.get(
    `select/${studyId}/${JSON.stringify(filter)}`,
    stamp,
    (selection: Selection) => selection.total * 4 + 64,
    () => {
      const partners = filter.partners ?? []
      for (const range of [...filter.ranges, ...partners]) checkRange(reader, range)
      const others: CellFilter[] = [
        ...filter.values.map((one) => wordFilter(reader, one)),
        ...partners.map(
          (one): CellFilter =>
            (mask, cell) =>
              keepPartnered(db, reader, cells, { cell, filter: one, mask }),
        ),
        ...(filter.exports ?? []).map((one) => keepExported(db, studyId, one)),
      ]
      const kept = cells
        .filter((cell) => inScope(cell, filter))
        .map((cell) => ({ cell, rows: selectCell(db, reader, cell, filter, others) }))
      return {
        cells: kept,
        total: kept.reduce((sum, part) => sum + part.rows.length, 0),
        outOf: cells.reduce((sum, cell) => sum + cell.rowCount - cell.skipped.length, 0),
        stamp,
      }
    },
  )
}

/** Returns the rows that pass a filter by cell key, in file order; cells outside the filter are absent. */
export function selectRows(db: Db, studyId: string, filter: RowFilter): Map<number, Int32Array> {
  return new Map(select(db, studyId, filter).cells.map((part) => [part.cell.no, part.rows]))
}

/** Does ahead, giving way to other requests, what a filter or sort needs of the texts themselves. */
export async function warmSelection(
  db: Db,
  studyId: string,
  filter: RowFilter,
  columns: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { id } of filter.exports ?? []) {
    await warmSelection(db, studyId, exportedRows(db, studyId, id).filter, [], signal)
  }
  const text = filter.text.trim()
  const reader = columnReader(db, studyId)
  const needed = [...columns, ...[...filter.ranges, ...filter.values].map(({ column }) => column)]
  for (const cell of currentCells(db, studyId)) {
    if (!inScope(cell, filter)) continue
    if (text !== '') await warmSearch(db, cell, text, signal)
    for (const column of needed) await reader.warm(column, cell)
  }
}
