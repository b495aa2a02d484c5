import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { allIndexes, fullMask, maskToIndexes } from '@/lib/columns/filter'
import type { Condition } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import { currentCells, newestAlignment, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import { marksStamp } from './annotations/marks'
import { openCondition, warmCondition } from './conditions'
import { isFrom } from './conditions/origin'
import type { Keep, Scope } from './conditions/types'
import { warmColumn } from './conditions/warm-column'

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

/** Returns whether a filter keeps all rows of the cells in its scope. */
function keepsAll(parts: readonly Keep[], cell: CellRef): boolean {
  return parts.length === 0 && cell.skipped.length === 0
}

function selectCell(cell: CellRef, parts: readonly Keep[]): Int32Array {
  if (keepsAll(parts, cell)) return allIndexes(cell.rowCount)
  const mask = fullMask(cell.rowCount)
  for (const idx of cell.skipped) mask[idx] = 0
  for (const keep of parts) keep(mask, cell)
  return maskToIndexes(mask)
}

/** Returns the parts of a filter as one condition each, the cheap ones first; where a row comes from is left out. */
function conditionsOf(filter: RowFilter): Condition[] {
  const text = filter.text.trim()
  const one = (isOn: boolean, atom: Condition): Condition[] => (isOn ? [atom] : [])
  return [
    ...one(filter.operators.length > 0, { is: 'operators', names: filter.operators }),
    ...filter.ranges.map((range): Condition => ({ is: 'range', ...range })),
    ...filter.values.map((value): Condition => ({ is: 'values', ...value })),
    ...(filter.partners ?? []).map((partner): Condition => ({ is: 'partner', ...partner })),
    ...(filter.exports ?? []).map((one): Condition => ({ is: 'export', ...one })),
    ...one(filter.marks.length > 0, { is: 'marks', kinds: filter.marks }),
    ...one((filter.tags ?? []).length > 0, { is: 'marks', kinds: [], tags: filter.tags ?? [] }),
    ...one(filter.hideDropped, { not: { is: 'marks', kinds: ['drop'] } }),
    ...(filter.where ? [filter.where] : []),
    ...one(text !== '', { is: 'text', text }),
  ]
}

function stampOfData(
  db: Db,
  studyId: string,
  cells: readonly CellRef[],
  reader: ColumnReader,
): string {
  const runCells = hotRead(db, {
    why: 'counts with every page of rows',
    sql: 'select count(*), coalesce(sum(rc.version), 0) from run_cells rc join runs r on r.no = rc.run_no where r.study_id = ?',
    row: z.tuple([z.number()], z.number()),
  })
  return [
    cells
      .map(({ no }) => `${no}.${newestAlignment(db, no)?.no ?? 0}.${responseStamp(db, no)}`)
      .join(' '),
    reader.runs.map((run) => (run.pinned ? `${run.no}p` : run.no)).join(' '),
    runCells.get(studyId)?.join(':'),
  ].join('|')
}

/** Returns what changes whenever the study's rows or values do. */
export function dataStamp(db: Db, studyId: string): string {
  return stampOfData(db, studyId, currentCells(db, studyId), columnReader(db, studyId))
}

/** Returns what changes whenever some filter of the study could give other rows. */
export function selectionStamp(db: Db, studyId: string): string {
  return `${dataStamp(db, studyId)}|${marksStamp(db, studyId)}`
}

function scopeOf(db: Db, studyId: string, reader: ColumnReader, cells: readonly CellRef[]): Scope {
  return {
    db,
    studyId,
    reader,
    cells,
    select: (filter) => selectRows(db, studyId, filter),
    warm: (filter, signal) => warmSelection(db, studyId, filter, [], signal),
  }
}

/**
 * Returns the rows that pass a filter, in file order. Cached until rows, values, marks or alignments change. Throws
 * `not_found` for an unknown column.
 */
export function select(db: Db, studyId: string, filter: RowFilter): Selection {
  const cells = currentCells(db, studyId)
  const reader = columnReader(db, studyId)
  const stamp = `${stampOfData(db, studyId, cells, reader)}|${marksStamp(db, studyId)}`
  return cachesOf(db).results.get(
    `select/${studyId}/${JSON.stringify(filter)}`,
    stamp,
    (selection: Selection) => selection.total * 4 + 64,
    () => {
      const scope = scopeOf(db, studyId, reader, cells)
      const parts = conditionsOf(filter).map((part) => openCondition(scope, part))
      const kept = cells
        .filter((cell) => isFrom(cell, filter))
        .map((cell) => ({ cell, rows: selectCell(cell, parts) }))
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
  const reader = columnReader(db, studyId)
  const cells = currentCells(db, studyId).filter((cell) => isFrom(cell, filter))
  const scope = scopeOf(db, studyId, reader, cells)
  for (const condition of conditionsOf(filter)) await warmCondition(scope, condition, signal)
  for (const column of columns) await warmColumn(scope, { column })
}
