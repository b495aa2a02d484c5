import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import {
  allIndexes,
  countMask,
  fullMask,
  indexesToMask,
  intersect,
  maskToIndexes,
  type Mask,
} from '@/lib/columns/filter'
import type { RowFilter, RowSample } from '@/lib/contracts/filter'
import { partsOfFilter, type FilterPart } from '@/lib/contracts/filter-parts'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import { currentCells, newestAlignment, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { responseStamp } from '../columns/texts'
import { resultsStamp } from '../results/kept'
import { marksStamp } from './annotations/marks'
import { openCondition, warmCondition } from './conditions'
import { isFrom } from './conditions/origin'
import type { Scope } from './conditions/types'
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

function maskOf(cell: CellRef, parts: readonly OpenedPart[]): Mask {
  const mask = fullMask(cell.rowCount)
  for (const idx of cell.skipped) mask[idx] = 0
  for (const { keptIn } of parts) intersect(mask, keptIn(cell))
  return mask
}

function selectCell(cell: CellRef, parts: readonly OpenedPart[]): Int32Array {
  if (parts.length === 0 && cell.skipped.length === 0) return allIndexes(cell.rowCount)
  return maskToIndexes(maskOf(cell, parts))
}

/** Returns how many of the kept rows a sample draws; all of them without one. */
export function sampleSize(sample: RowSample | undefined, total: number): number {
  if (!sample) return total
  return Math.min(total, sample.rows ?? Math.round((sample.share ?? 0) * total))
}

/** Returns the sample of the kept rows, each cell's ascending. */
function drawn(kept: Selection['cells'], sample: RowSample): Selection['cells'] {
  const total = kept.reduce((sum, part) => sum + part.rows.length, 0)
  const size = sampleSize(sample, total)
  if (size === total) return kept
  const isIn = indexesToMask(sampleWithoutReplacement(total, size, sample.seed), total)
  let from = 0
  return kept.map((part) => {
    const start = from
    from += part.rows.length
    return { cell: part.cell, rows: part.rows.filter((_, k) => isIn[start + k] === 1) }
  })
}

/** A part of a filter that can be asked; what it keeps of a cell is cached, so that a changed filter asks its new part only. */
interface OpenedPart extends Pick<FilterPart, 'facet'> {
  /** One byte a row; not to be changed. */
  keptIn(cell: CellRef): Mask
}

/** A filter whose parts can be asked one by one. */
export interface OpenedParts {
  parts: OpenedPart[]
  cells: CellRef[]
  reader: ColumnReader
  /** Rows of the study. */
  outOf: number
  stamp: string
}

/** Returns the parts of a filter, opened. Throws `not_found` or `invalid_input` where a part means nothing in this study. */
export function openParts(db: Db, studyId: string, filter: RowFilter): OpenedParts {
  const cells = currentCells(db, studyId)
  const reader = columnReader(db, studyId)
  const stamp = `${stampOfData(db, studyId, cells, reader)}|${stampOfSaid(db, studyId)}`
  const scope = scopeOf(db, studyId, reader, cells)
  const parts = partsOfFilter(filter).map(({ facet, condition, rest }): OpenedPart => {
    const keep = openCondition(rest ? { ...scope, rest } : scope, condition)
    const key = JSON.stringify([condition, rest])
    const make = (cell: CellRef) => {
      const mask = fullMask(cell.rowCount)
      keep(mask, cell)
      return mask
    }
    const bytes = (mask: Mask) => mask.byteLength
    return {
      facet,
      keptIn: (cell) =>
        cachesOf(db).results.get(`kept/${cell.no}/${key}`, stamp, bytes, () => make(cell)),
    }
  })
  const outOf = cells.reduce((sum, cell) => sum + cell.rowCount - cell.skipped.length, 0)
  return { parts, cells, reader, outOf, stamp }
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
    reader.formulas.map(({ column, hash }) => `${column}:${hash}`).join(' '),
    runCells.get(studyId)?.join(':'),
  ].join('|')
}

/** What changes whenever marks or results do, which conditions may ask for. */
function stampOfSaid(db: Db, studyId: string): string {
  return `${marksStamp(db, studyId)}|${resultsStamp(db, studyId)}`
}

/** Returns what changes whenever the study's rows or values do. */
export function dataStamp(db: Db, studyId: string): string {
  return stampOfData(db, studyId, currentCells(db, studyId), columnReader(db, studyId))
}

/** Returns what changes whenever some filter of the study could give other rows. */
export function selectionStamp(db: Db, studyId: string): string {
  return `${dataStamp(db, studyId)}|${stampOfSaid(db, studyId)}`
}

function scopeOf(db: Db, studyId: string, reader: ColumnReader, cells: readonly CellRef[]): Scope {
  return {
    db,
    studyId,
    reader,
    cells,
    select: (filter) => selectRows(db, studyId, filter),
    warm: (filter, signal) => warmSelection(db, studyId, filter, [], signal),
    stamp: () => selectionStamp(db, studyId),
  }
}

/** Returns what conditions and rules over all rows of a study are evaluated on. */
export function scopeOfStudy(db: Db, studyId: string): Scope {
  return scopeOf(db, studyId, columnReader(db, studyId), currentCells(db, studyId))
}

/**
 * Returns the rows that pass a filter, in file order. Cached until rows, values, marks or alignments change. Throws
 * `not_found` for an unknown column.
 */
export function select(db: Db, studyId: string, filter: RowFilter): Selection {
  const cells = currentCells(db, studyId)
  const reader = columnReader(db, studyId)
  const stamp = `${stampOfData(db, studyId, cells, reader)}|${stampOfSaid(db, studyId)}`
  return cachesOf(db).results.get(
    `select/${studyId}/${JSON.stringify(filter)}`,
    stamp,
    (selection: Selection) => selection.total * 4 + 64,
    () => {
      const { parts, outOf } = openParts(db, studyId, filter)
      const whole = cells
        .filter((cell) => isFrom(cell, filter))
        .map((cell) => ({ cell, rows: selectCell(cell, parts) }))
      const kept = filter.sample ? drawn(whole, filter.sample) : whole
      return {
        cells: kept,
        total: kept.reduce((sum, part) => sum + part.rows.length, 0),
        outOf,
        stamp,
      }
    },
  )
}

/** Returns how many rows pass a filter before a sample is drawn. */
export function countRows(db: Db, studyId: string, filter: RowFilter): number {
  const { parts, cells } = openParts(db, studyId, filter)
  return cells
    .filter((cell) => isFrom(cell, filter))
    .reduce((sum, cell) => sum + countMask(maskOf(cell, parts)), 0)
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
  for (const { condition, rest } of partsOfFilter(filter)) {
    await warmCondition(rest ? { ...scope, rest } : scope, condition, signal)
  }
  for (const column of columns) await warmColumn(scope, { column })
}
