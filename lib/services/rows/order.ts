import type { Db } from '@/db/client'
import { sortedRows, sortPermutation, type SortedRows } from '@/lib/columns/sort'
import type { RowFilter, RowSort } from '@/lib/contracts/filter'
import { carriesValue } from '@/lib/contracts/status'
import { currentCells, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { orderOfAll } from '../columns/order'
import { marksStamp } from './annotations/marks'
import { isOwnSort, ownNumber, warmOwn } from './own-order'
import { dataStamp, select, warmSelection, type Selection } from './select'
import { similarityOf } from './similarity'
import { isTextSort, textOrder, warmTextOrder } from './text-order'
import { getStudy } from '../studies'

/** Sort keys that are not metric columns; `length` is that of the instruction. */
const POSITION = 'position'
const LENGTH = 'length'
/** Likeness to the row that the filter names. */
const SIMILARITY = 'similarity'

/** Returns the column by which a sort orders the rows, or null for file order. */
export function sortColumn({ column }: RowSort): string | null {
  if (column === POSITION || column === SIMILARITY) return null
  return column === LENGTH ? 'instruction_characters.instruction' : column
}

/** Rows in display order: `part` indexes the selection's cells, `idx` is the row of that cell. */
export interface OrderedRows {
  selection: Selection
  part: Uint16Array
  idx: Int32Array
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

/** Returns the rows of all cells, one after the other, in the order of a column: sorted once, for both directions and every filter. */
export function studyOrder(db: Db, studyId: string, cells: readonly CellRef[], column: string) {
  if (isTextSort(column)) return textOrder(db, cells, column)
  const isOwn = isOwnSort(column)
  const reader = columnReader(db, studyId)
  if (!isOwn && !reader.dictionary(column)) {
    return orderOfAll(
      db,
      cells.map((cell) => reader.read(column, cell)),
    )
  }
  const stamp = `${dataStamp(db, studyId)}|${isOwn ? marksStamp(db, studyId) : ''}`
  return cachesOf(db).results.get(
    `sorted/${studyId}/${column}`,
    stamp,
    ({ order }: SortedRows) => order.length * 5 + 64,
    () => {
      const values = new Float64Array(cells.reduce((sum, cell) => sum + cell.rowCount, 0))
      let at = 0
      for (const cell of cells) {
        const numberOf = isOwn
          ? ownNumber(db, cells, cell, column)
          : sortNumber(reader, column, cell)
        for (let row = 0; row < cell.rowCount; row++) values[at++] = numberOf(row)
      }
      return sortedRows(values)
    },
  )
}

// No study has as many files; stands for a row that the filter does not keep.
const OUT = 0xffff

/** Rows in the ascending order of their values, for both directions; those without a value come last in either. */
interface Ascending {
  part: Uint16Array
  idx: Int32Array
  valued: number
  /** One byte a row with a value: 1 where the value differs from that of the row before. */
  isFirst: Uint8Array
}

/**
 * Returns the rows that pass the filter in the order of the sort, or `limit` of them from a place on: `position` is file
 * order, `length` that of the instruction in characters, `instruction`, `input` and `response` that of the alphabet,
 * anything else a column id. Stable, missing values last, ties in file order.
 */
export function orderRows(
  db: Db,
  studyId: string,
  filter: RowFilter,
  sort: RowSort,
  { offset = 0, limit = Infinity } = {},
): OrderedRows {
  const selection = select(db, studyId, filter)
  const isSimilarity = sort.column === SIMILARITY
  const descending = sort.descending && !isSimilarity
  // Similar rows are few and have an order of their own for each direction.
  const column = sortColumn(sort)
  const key = `order/${studyId}/${JSON.stringify([filter, isSimilarity ? sort : sort.column])}`
  const ascending = cachesOf(db).results.get(
    key,
    selection.stamp,
    () => selection.total * 7 + 64,
    () => {
      if (isSimilarity)
        return byLikeness(db, studyId, { selection, filter, descending: sort.descending })
      return column === null
        ? inFileOrder(selection)
        : inColumnOrder(db, studyId, selection, column)
    },
  )
  const end = Math.min(selection.total, offset + limit)
  const { part, idx } = ascending
  if (descending) return { selection, ...turned(ascending, offset, end) }
  return { selection, part: part.subarray(offset, end), idx: idx.subarray(offset, end) }
}

/** Returns rows from a place up to another of the descending order: groups of equal values turned round, each in file order. */
function turned({ part, idx, valued, isFirst }: Ascending, from: number, to: number) {
  const rows = Math.max(0, to - from)
  const places = { part: new Uint16Array(rows), idx: new Int32Array(rows) }
  for (let at = from; at < to;) {
    // Where the rows that follow each other in both directions begin, and how many of them are wanted.
    let start = at
    let end = to
    if (at < valued) {
      const mirrored = valued - 1 - at
      const first = isFirst.lastIndexOf(1, mirrored)
      const next = isFirst.indexOf(1, mirrored + 1)
      const last = next < 0 ? valued : next
      start = first + (at - (valued - last))
      end = Math.min(to, at + last - start)
    }
    places.part.set(part.subarray(start, start + end - at), at - from)
    places.idx.set(idx.subarray(start, start + end - at), at - from)
    at = end
  }
  return places
}

/** The rows in the order of their likeness to the one that the filter names; there are few. */
function byLikeness(
  db: Db,
  studyId: string,
  of: { selection: Selection; filter: RowFilter; descending: boolean },
): Ascending {
  const rows = inFileOrder(of.selection)
  const cosineOf = similarityOf(db, studyId, of.filter)
  const values = Float64Array.from(rows.idx, (idx, at) => {
    const { cell } = of.selection.cells[rows.part[at] as number] as Selection['cells'][number]
    return cosineOf(cell, idx) ?? Number.NaN
  })
  const order = sortPermutation(values, of.descending)
  return {
    ...rows,
    part: Uint16Array.from(order, (at) => rows.part[at] as number),
    idx: Int32Array.from(order, (at) => rows.idx[at] as number),
  }
}

/** The rows in the order of their files. */
function inFileOrder(selection: Selection): Ascending {
  const part = new Uint16Array(selection.total)
  const idx = new Int32Array(selection.total)
  let at = 0
  selection.cells.forEach(({ rows }, k) => {
    part.fill(k, at, at + rows.length)
    idx.set(rows, at)
    at += rows.length
  })
  return { part, idx, valued: at, isFirst: new Uint8Array(at).fill(1) }
}

/** The rows in the order of a column. */
function inColumnOrder(db: Db, studyId: string, selection: Selection, column: string): Ascending {
  const cells = currentCells(db, studyId)
  const starts = new Map<number, number>()
  let n = 0
  for (const cell of cells) {
    starts.set(cell.no, n)
    n += cell.rowCount
  }
  // Of each row of the study, the part of the selection that keeps it.
  const partOf = new Uint16Array(n).fill(OUT)
  const startOf = selection.cells.map(({ cell, rows }, k) => {
    const start = starts.get(cell.no) as number
    for (const row of rows) partOf[start + row] = k
    return start
  })
  const part = new Uint16Array(selection.total)
  const idx = new Int32Array(selection.total)
  const isFirst = new Uint8Array(selection.total)
  const sorted = studyOrder(db, studyId, cells, column)
  let at = 0
  let valued = 0
  // The first row of a group may not be kept: the first one that is stands for it.
  let differs = 0
  for (let i = 0; i < n; i++) {
    if (i === sorted.valued) valued = at
    differs |= sorted.isFirst[i] as number
    const row = sorted.order[i] as number
    const k = partOf[row] as number
    if (k === OUT) continue
    part[at] = k
    isFirst[at] = differs
    idx[at++] = row - (startOf[k] as number)
    differs = 0
  }
  if (sorted.valued === n) valued = at
  return { part, idx, valued, isFirst: isFirst.subarray(0, valued) }
}

/** Reads ahead what a list of this filter and order needs, giving way to others. Throws `not_found` without the study. */
export async function warmList(
  db: Db,
  studyId: string,
  { filter, sort }: { filter: RowFilter; sort: RowSort },
  signal?: AbortSignal,
): Promise<void> {
  getStudy(db, studyId)
  const column = sortColumn(sort)
  const isOwn = column !== null && isOwnSort(column)
  const isText = column !== null && isTextSort(column)
  const columns = column === null || isOwn || isText ? [] : [column]
  await warmSelection(db, studyId, filter, columns, signal)
  if (isText) await warmTextOrder(db, currentCells(db, studyId), column, signal)
  if (isOwn) await warmOwn(db, currentCells(db, studyId), column)
}
