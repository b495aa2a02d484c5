import type { Db } from '@/db/client'
import type { Facets } from '@/lib/contracts/facets'
import { emptyFilter, type RowFilter, type RowSort } from '@/lib/contracts/filter'
import { isFormulaColumn } from '@/lib/contracts/formula'
import { MAX_PAGE_ROWS } from '@/lib/contracts/rows'
import type { ColumnHistogram, RowPage } from '@/lib/contracts/rows'
import type { CellRef } from '../cells'
import { countFacets } from './facets'
import { orderRows, warmList } from './order'
import { warmSelection, type Selection } from './select'
import { listItems } from './items'
import { similarityOf } from './similarity'
import { openHighlights } from '../search/highlights'

export { orderRows, sortColumn, sortNumber, warmList, type OrderedRows } from './order'
export { selectRows } from './select'

/** What a page of rows shows. */
export interface RowQuery {
  filter: RowFilter
  sort: RowSort
  /** Column ids whose values are wanted. */
  columns: readonly string[]
  offset: number
  limit: number
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
  const { selection, part, idx } = orderRows(db, studyId, query.filter, query.sort, {
    offset: query.offset,
    limit: Math.min(query.limit, MAX_PAGE_ROWS),
  })
  const wanted = Array.from(idx, (row, at) => {
    const { cell } = selection.cells[part[at] as number] as Selection['cells'][number]
    return { cell, idx: row }
  })
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
