import type { Db } from '@/db/client'
import { collectValues, histogramCounts, histogramEdges } from '@/lib/columns/histogram'
import { emptyFilter, type RowFilter, type RowSort } from '@/lib/contracts/filter'
import { MAX_PAGE_ROWS } from '@/lib/contracts/rows'
import type { ColumnHistogram, RowPage } from '@/lib/contracts/rows'
import { columnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { outputOf, requireSource } from '../columns/describe'
import { studyRuns } from '../columns/runs'
import { orderRows, warmList } from './order'
import { select, warmSelection, type Selection } from './select'
import { countWords } from './words'
import { listItems } from './items'
import { getStudy } from '../studies'

export { orderRows, sortColumn, sortNumber, warmList, type OrderedRows } from './order'
export { selectRows } from './select'

/** Bins of a header histogram: 40 pixels high, about 120 wide. */
const HEADER_BINS = 30

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
  const { selection, part, idx } = orderRows(db, studyId, query.filter, query.sort)
  const limit = Math.min(query.limit, MAX_PAGE_ROWS)
  const wanted = []
  for (let at = query.offset; at < Math.min(selection.total, query.offset + limit); at++) {
    const { cell } = selection.cells[part[at] as number] as Selection['cells'][number]
    wanted.push({ cell, idx: idx[at] as number })
  }
  return {
    total: selection.total,
    outOf: selection.outOf,
    offset: query.offset,
    rows: listItems(db, studyId, wanted, query.columns),
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
  columnId: string,
  filter: RowFilter,
  signal?: AbortSignal,
): Promise<ColumnHistogram> {
  getStudy(db, studyId)
  const source = requireSource(columnId, studyRuns(db, studyId))
  const isOther = ({ column }: { column: string }) => column !== columnId
  const others = {
    ...filter,
    ranges: filter.ranges.filter(isOther),
    values: filter.values.filter(isOther),
  }
  const text = { ...emptyFilter(), text: others.text }
  await warmSelection(db, studyId, text, [columnId], signal)
  const reader = columnReader(db, studyId)
  const dictionary = reader.dictionary(columnId)
  if (dictionary) {
    const selection = select(db, studyId, others)
    const counted = countWords(selection, reader, columnId, dictionary)
    return { column: columnId, edges: [], counts: [], ...counted }
  }
  const { levels } = outputOf(source)
  const collect = (selection: Selection) =>
    collectValues(
      selection.cells.map(({ cell, rows }) => ({ column: reader.read(columnId, cell), rows })),
    )
  const all = select(db, studyId, emptyFilter())
  const edges = levels
    ? Array.from({ length: levels.length + 1 }, (_, k) => k + 0.5)
    : cachesOf(db).results.get(
        `edges/${studyId}/${columnId}`,
        all.stamp,
        () => 512,
        () => histogramEdges(collect(all).values, HEADER_BINS),
      )
  const { values, missing } = collect(select(db, studyId, others))
  return {
    column: columnId,
    edges: [...edges],
    counts: histogramCounts(values, edges),
    n: values.length,
    missing,
    words: null,
  }
}
