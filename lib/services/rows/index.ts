import type { Db } from '@/db/client'
import { sortPermutation } from '@/lib/columns/sort'
import type { Facets } from '@/lib/contracts/facets'
import { emptyFilter, type RowFilter, type RowSort } from '@/lib/contracts/filter'
import { isFormulaColumn } from '@/lib/contracts/formula'
import { MAX_PAGE_ROWS } from '@/lib/contracts/rows'
import type { ColumnHistogram, RowPage } from '@/lib/contracts/rows'
import { carriesValue } from '@/lib/contracts/status'
import type { CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { countFacets } from './facets'
import { select, warmSelection, type Selection } from './select'
import { listItems } from './items'
import { atomsOf } from '@/lib/contracts/condition'
import { similarRows } from '../search/similar'
import { openHighlights } from '../search/highlights'
import { getStudy } from '../studies'

export { selectRows } from './select'

/** Sort keys that are not metric columns; `length` is that of the instruction. */
const POSITION = 'position'
const LENGTH = 'length'
/** Likeness to the row that the filter names. */
const SIMILARITY = 'similarity'

/** Returns the likeness of rows to the one that a filter names; null for rows that are not among the most similar. */
function similarityOf(db: Db, studyId: string, filter: RowFilter) {
  const atom = filter.where ? atomsOf(filter.where).find((one) => one.is === 'similar') : undefined
  const found = atom ? similarRows(db, studyId, atom) : null
  return (cell: CellRef, idx: number): number | null => found?.get(cell.no)?.get(idx) ?? null
}

/** Returns the column by which a sort orders the rows, or null for file order. */
export function sortColumn({ column }: RowSort): string | null {
  if (column === POSITION || column === SIMILARITY) return null
  return column === LENGTH ? 'instruction_characters.instruction' : column
}

/** What a page of rows shows. */
export interface RowQuery {
  filter: RowFilter
  sort: RowSort
  /** Column ids whose values are wanted. */
  columns: readonly string[]
  offset: number
  limit: number
}

/** Rows in display order: `part` indexes the selection's cells, `idx` is the row of that cell. */
export interface OrderedRows {
  selection: Selection
  part: Uint16Array
  idx: Int32Array
}

function inFileOrder(selection: Selection): { part: Uint16Array; idx: Int32Array } {
  const part = new Uint16Array(selection.total)
  const idx = new Int32Array(selection.total)
  let at = 0
  selection.cells.forEach(({ rows }, k) => {
    part.fill(k, at, at + rows.length)
    idx.set(rows, at)
    at += rows.length
  })
  return { part, idx }
}

function reordered(
  rows: { part: Uint16Array; idx: Int32Array },
  order: (at: number) => number,
): { part: Uint16Array; idx: Int32Array } {
  const part = new Uint16Array(rows.part.length)
  const idx = new Int32Array(rows.idx.length)
  for (let at = 0; at < idx.length; at++) {
    const from = order(at)
    part[at] = rows.part[from] as number
    idx[at] = rows.idx[from] as number
  }
  return { part, idx }
}

/** Returns what gives a row of a cell its number in the order of a column: words by rank, NaN where the value is missing. */
export function sortNumber(
  reader: ColumnReader,
  column: string,
  cell: CellRef,
): (row: number) => number {
  const ranks = reader.dictionary(column)?.ranks()
  const data = reader.read(column, cell)
  return (row) => {
    const counts = carriesValue(data.status[row] ?? 0)
    const value = counts ? (data.values[row * data.width] as number) : Number.NaN
    return ranks && counts ? (ranks[value] as number) : value
  }
}

function sortValues(db: Db, studyId: string, selection: Selection, column: string): Float64Array {
  const reader = columnReader(db, studyId)
  const values = new Float64Array(selection.total)
  let at = 0
  for (const { cell, rows } of selection.cells) {
    const numberOf = sortNumber(reader, column, cell)
    for (const row of rows) values[at++] = numberOf(row)
  }
  return values
}

/**
 * Returns the rows that pass the filter in the order of the sort: `position` is file order, `length` that of the
 * instruction in characters, anything else a column id. Stable, missing values last, ties in file order.
 */
export function orderRows(db: Db, studyId: string, filter: RowFilter, sort: RowSort): OrderedRows {
  const selection = select(db, studyId, filter)
  const key = `order/${studyId}/${JSON.stringify([filter, sort])}`
  const ordered = cachesOf(db).results.get(
    key,
    selection.stamp,
    () => selection.total * 6 + 64,
    () => {
      const rows = inFileOrder(selection)
      const column = sortColumn(sort)
      if (sort.column === SIMILARITY) {
        const cosineOf = similarityOf(db, studyId, filter)
        const values = Float64Array.from(rows.idx, (idx, at) => {
          const { cell } = selection.cells[rows.part[at] as number] as Selection['cells'][number]
          return cosineOf(cell, idx) ?? Number.NaN
        })
        const order = sortPermutation(values, sort.descending)
        return reordered(rows, (at) => order[at] as number)
      }
      if (column === null) {
        const last = selection.total - 1
        return sort.descending ? reordered(rows, (at) => last - at) : rows
      }
      const values = sortValues(db, studyId, selection, column)
      const order = sortPermutation(values, sort.descending)
      return reordered(rows, (at) => order[at] as number)
    },
  )
  return { selection, ...ordered }
}

/** Reads ahead what a list of this filter and order needs, giving way to others. Throws `not_found` without the study. */
export async function warmList(
  db: Db,
  studyId: string,
  { filter, sort }: Pick<RowQuery, 'filter' | 'sort'>,
  signal?: AbortSignal,
): Promise<void> {
  getStudy(db, studyId)
  const column = sortColumn(sort)
  await warmSelection(db, studyId, filter, column === null ? [] : [column], signal)
}

/** Returns one page of rows; texts are read for this page only. Throws `not_found` for an unknown column. */
export async function listRows(
  db: Db,
  studyId: string,
  query: RowQuery,
  signal?: AbortSignal,
): Promise<RowPage> {
  const started = performance.now()
  await warmList(db, studyId, query, signal)
  // Metrics of the texts are read row by row; a formula of them is not.
  const formulas = query.columns.filter(isFormulaColumn)
  if (formulas.length > 0) await warmSelection(db, studyId, emptyFilter(), formulas, signal)
  const { selection, part, idx } = orderRows(db, studyId, query.filter, query.sort)
  const limit = Math.min(query.limit, MAX_PAGE_ROWS)
  const wanted = []
  for (let at = query.offset; at < Math.min(selection.total, query.offset + limit); at++) {
    const { cell } = selection.cells[part[at] as number] as Selection['cells'][number]
    wanted.push({ cell, idx: idx[at] as number })
  }
  const rows = listItems(db, studyId, wanted, query.columns)
  const cosineOf = similarityOf(db, studyId, query.filter)
  const cellOf = new Map(selection.cells.map(({ cell }) => [cell.id, cell]))
  for (const row of rows) {
    const cosine = cosineOf(cellOf.get(row.cellId) as CellRef, row.idx)
    if (cosine !== null) row.similarity = cosine
  }
  const matchesIn = openHighlights(query.filter)
  if (matchesIn) for (const row of rows) row.matches = matchesIn(row)
  return {
    total: selection.total,
    outOf: selection.outOf,
    offset: query.offset,
    rows,
    serverMs: Math.round((performance.now() - started) * 10) / 10,
  }
}

/**
 * Returns the histogram of a column over the filtered rows, leaving out the filter on this column itself, so that a
 * brush sees what it can choose from. Edges come from all rows of the study and stay put while filters change. Columns of
 * levels have one bin a level; columns of words are counted by word.
 */
export async function columnHistogram(
  db: Db,
  studyId: string,
  column: string,
  filter: RowFilter,
  signal?: AbortSignal,
): Promise<ColumnHistogram> {
  const { columns } = await countFacets(db, studyId, { filter, columns: [column] }, signal)
  return columns[0] as ColumnHistogram
}

/** Returns what a filter leaves to choose from, with the first rows in the same reply where a limit asks for them. */
export async function filterFacets(
  db: Db,
  studyId: string,
  query: Omit<RowQuery, 'offset'> & { counted: readonly string[] },
  signal?: AbortSignal,
): Promise<Facets> {
  const { counted, ...listed } = query
  const asked = { filter: query.filter, columns: counted }
  const facets = await countFacets(db, studyId, asked, signal)
  if (query.limit === 0) return facets
  return { ...facets, page: await listRows(db, studyId, { ...listed, offset: 0 }, signal) }
}
