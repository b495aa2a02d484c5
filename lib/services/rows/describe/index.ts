import type { Db } from '@/db/client'
import { maskToIndexes } from '@/lib/columns/filter'
import type { SortedRows } from '@/lib/columns/sort'
import { hasWords } from '@/lib/contracts/column-kinds'
import type { Description, Difference } from '@/lib/contracts/description'
import type { RowFilter } from '@/lib/contracts/filter'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { carriesValue } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { chiSquareCounts } from '@/lib/stats/levels'
import { shareDifference } from '@/lib/stats/share-difference'
import { cliffsDeltaOfCounts } from '@/lib/stats/unpaired'
import type { CellRef } from '../../cells'
import { listColumns } from '../../columns'
import type { Dictionary } from '../../columns/dictionary'
import { yieldToEventLoop } from '../../compare/slots'
import { getStudy } from '../../studies'
import { operatorCodes } from '../operators'
import { studyOrder } from '../order'
import { openParts, selectRows, warmSelection, type OpenedParts } from '../select'
import { typicalWords } from './words'

/** Which side each row of the study is on, the cells one after the other. */
const REST = 0
const SELECTED = 1
/** Positions that hold no row. */
const NOWHERE = 2

type Side = typeof REST | typeof SELECTED

interface Sides {
  of: Uint8Array
  /** Rows of each side: rest, selected. */
  total: [number, number]
}

function sidesOf(cells: readonly CellRef[], selected: ReadonlyMap<number, Int32Array>): Sides {
  const of = new Uint8Array(cells.reduce((sum, cell) => sum + cell.rowCount, 0))
  const total: [number, number] = [of.length, 0]
  let start = 0
  for (const cell of cells) {
    for (const idx of cell.skipped) of[start + idx] = NOWHERE
    for (const idx of selected.get(cell.no) ?? []) of[start + idx] = SELECTED
    total[REST] -= cell.skipped.length
    start += cell.rowCount
  }
  for (const rows of selected.values()) total[SELECTED] += rows.length
  total[REST] -= total[SELECTED]
  return { of, total }
}

/** How often each number occurs on each side. */
function countSides(sides: Sides, of: ArrayLike<number>, size: number): [Uint32Array, Uint32Array] {
  const counts: [Uint32Array, Uint32Array] = [new Uint32Array(size), new Uint32Array(size)]
  for (let row = 0; row < sides.of.length; row++) {
    const side = sides.of[row] as number
    const value = of[row] as number
    if (side !== NOWHERE) counts[side as Side][value]! += 1
  }
  return counts
}

// Plain loops: a callback for each of half a million distinct values costs more than the sum.
function sum(counts: Uint32Array): number {
  let n = 0
  for (let k = 0; k < counts.length; k++) n += counts[k] as number
  return n
}

/** The distinct values of a column, ascending. */
interface Counted {
  /** How often each occurs on each side. */
  counts: [Uint32Array, Uint32Array]
  /** A row that has it. */
  rows: Uint32Array
}

function countSorted(sides: Sides, { order, valued, isFirst }: SortedRows): Counted {
  const [rest, selected] = [new Uint32Array(valued), new Uint32Array(valued)]
  const rows = new Uint32Array(valued)
  let last = -1
  for (let i = 0; i < valued; i++) {
    const row = order[i] as number
    if (isFirst[i] === 1) rows[++last] = row
    const side = sides.of[row]
    if (side === SELECTED) selected[last]! += 1
    else if (side === REST) rest[last]! += 1
  }
  return { counts: [rest.subarray(0, last + 1), selected.subarray(0, last + 1)], rows }
}

/** Returns what gives a row of the study, the cells one after the other, its value. */
function valuesOf({ reader, cells }: OpenedParts, column: string): (row: number) => number {
  return (row) => {
    let idx = row
    for (const cell of cells) {
      if (idx < cell.rowCount) {
        const { values, width } = reader.read(column, cell)
        return values[idx * width] as number
      }
      idx -= cell.rowCount
    }
    return Number.NaN
  }
}

function medianOf(counts: Uint32Array, n: number, valueAt: (k: number) => number): number | null {
  if (n === 0) return null
  let [k, seen] = [0, counts[0] as number]
  /** The value at a place among the ordered ones, places ascending. */
  const at = (place: number) => {
    while (seen <= place) seen += counts[++k] as number
    return valueAt(k)
  }
  return (at((n - 1) >> 1) + at(n >> 1)) / 2
}

type Named = Pick<Difference, 'column' | 'label' | 'group'>

function ofNumbers(
  sides: Sides,
  named: Named & Pick<Difference, 'levels'>,
  { counts: [rest, selected], rows }: Counted,
  valueOf: (row: number) => number,
): Difference | null {
  const found = cliffsDeltaOfCounts(selected, rest)
  if (!found.ok) return null
  const side = (counts: Uint32Array, which: Side) => {
    const n = sum(counts)
    const median = medianOf(counts, n, (k) => valueOf(rows[k] as number))
    return { n, missing: sides.total[which] - n, median }
  }
  return {
    ...named,
    measure: "Cliff's delta",
    effect: found.delta,
    selected: side(selected, SELECTED),
    rest: side(rest, REST),
    word: null,
  }
}

/** `n` are the rows with a value; with several words a row the words add up to more. */
function ofWords(
  sides: Sides,
  named: Named,
  words: readonly { word: string; selected: number; rest: number }[],
  [nRest, nSelected]: readonly [number, number],
): Difference | null {
  const compared = words.flatMap(({ word, selected, rest }) => {
    const found = shareDifference([selected, nSelected], [rest, nRest])
    return found.ok
      ? [{ word, selected, rest, difference: found.estimate, low: found.low, high: found.high }]
      : []
  })
  const [top] = compared.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
  if (!top) return null
  const counted = words.reduce((all, one) => all + one.selected + one.rest, 0)
  // Where a row has several words there is no one table: the word that differs most speaks for the column.
  const isOneEach = counted === nRest + nSelected
  const table = isOneEach
    ? words.map(({ selected, rest }) => [selected, rest] as const)
    : [[top.selected, top.rest] as const, [nSelected - top.selected, nRest - top.rest] as const]
  const found = chiSquareCounts(
    table.map(([selected]) => selected),
    table.map(([, rest]) => rest),
  )
  const side = (n: number, which: Side) => ({ n, missing: sides.total[which] - n, median: null })
  return {
    ...named,
    measure: "Cramér's V",
    effect: found.ok ? found.cramersV : 0,
    selected: side(nSelected, SELECTED),
    rest: side(nRest, REST),
    levels: null,
    word: top,
  }
}

/** Two levels, such as no and yes, have no median that says anything: the shares of the upper one are compared. */
function ofTwoLevels(
  sides: Sides,
  named: Named,
  word: string,
  { counts: [rest, selected], rows }: Counted,
  valueOf: (row: number) => number,
): Difference | null {
  const upper = (counts: Uint32Array) =>
    counts.reduce((all, n, k) => all + (valueOf(rows[k] as number) === 2 ? n : 0), 0)
  const one = { word, selected: upper(selected), rest: upper(rest) }
  return ofWords(sides, named, [one], [sum(rest), sum(selected)])
}

function ofDictionary(
  sides: Sides,
  named: Named,
  { reader, cells }: OpenedParts,
  dictionary: Dictionary,
): Difference | null {
  const size = dictionary.values.length + 1
  const counts: [Uint32Array, Uint32Array] = [new Uint32Array(size), new Uint32Array(size)]
  let start = 0
  for (const cell of cells) {
    const { values, status, width } = reader.read(named.column, cell)
    for (let row = 0; row < cell.rowCount; row++) {
      const side = sides.of[start + row] as number
      if (side === NOWHERE || !carriesValue(status[row] ?? 0)) continue
      counts[side as Side][values[row * width] as number]! += 1
    }
    start += cell.rowCount
  }
  const [rest, selected] = counts.map((rowsOf) => dictionary.countWords(rowsOf)) as [
    ReturnType<Dictionary['countWords']>,
    ReturnType<Dictionary['countWords']>,
  ]
  const words = selected.map(({ word, rows }, k) => ({
    word,
    selected: rows,
    rest: rest[k]?.rows ?? 0,
  }))
  return ofWords(sides, named, words, [sum(counts[REST]), sum(counts[SELECTED])])
}

/** Where rows come from, as words of their cells and links. */
function ofOrigin(db: Db, sides: Sides, cells: readonly CellRef[]): (Difference | null)[] {
  const parts = {
    'origin.seed_set': ['Seed set', (cell: CellRef) => cell.seedSetKey],
    'origin.evolver': ['Evolver', (cell: CellRef) => cell.armKey ?? SEEDS_KEY],
    'origin.round': ['Round', (cell: CellRef) => String(cell.round)],
    'origin.operator': ['Operator', null],
  } as const
  return Object.entries(parts).map(([column, [label, keyOf]]) => {
    const tally = new Map<string, { word: string; selected: number; rest: number }>()
    const totals: [number, number] = [0, 0]
    let start = 0
    for (const cell of cells) {
      const { names, codes } = keyOf
        ? { names: [keyOf(cell)], codes: new Uint8Array(cell.rowCount).fill(1) }
        : operatorCodes(db, cell.no, cell.rowCount)
      const own = { of: sides.of.subarray(start, start + cell.rowCount), total: sides.total }
      const [rest, selected] = countSides(own, codes, names.length + 1)
      for (const [k, word] of names.entries()) {
        const entry = tally.get(word) ?? { word, selected: 0, rest: 0 }
        entry.selected += selected[k + 1] as number
        entry.rest += rest[k + 1] as number
        totals[SELECTED] += selected[k + 1] as number
        totals[REST] += rest[k + 1] as number
        tally.set(word, entry)
      }
      start += cell.rowCount
    }
    return tally.size < 2
      ? null
      : ofWords(sides, { column, label, group: 'Rows' }, [...tally.values()], totals)
  })
}

function restOf(cells: readonly CellRef[], { of }: Sides) {
  let start = 0
  return cells.map((cell) => {
    const own = of.subarray(start, start + cell.rowCount)
    start += cell.rowCount
    return { cell, rows: maskToIndexes(own.map((side) => Number(side === REST))) }
  })
}

function describedColumns(db: Db, studyId: string, ids: readonly string[] | null): ColumnInfo[] {
  const all = listColumns(db, studyId)
  const isDescribed = ({ shape }: ColumnInfo) => shape === 'scalar' || hasWords(shape)
  if (!ids) return all.filter((column) => !column.hidden && isDescribed(column))
  return ids.map((id) => {
    const column = all.find((one) => one.id === id)
    if (!column) throw new AppError('not_found', `This study has no values of the column "${id}".`)
    if (isDescribed(column)) return column
    throw new AppError(
      'invalid_input',
      `The column "${id}" holds neither numbers nor words that rows share. Leave it out.`,
    )
  })
}

function notesOf(differences: number): string[] {
  return [
    `${differences} columns were compared and sorted by the size of their difference. The largest of so many is larger than it would be in new rows, so read it as a description of these rows; no test was made, and rows of one seed are not independent.`,
    'Columns that the filter itself names differ because they were filtered.',
  ]
}

/**
 * Returns which columns differ most between the rows that a filter keeps and all others of the study, by effect size, and the
 * words that are typical of each side. Throws `invalid_input` where one side is empty.
 */
export async function describeSelection(
  db: Db,
  studyId: string,
  { filter, columns }: { filter: RowFilter; columns: readonly string[] | null },
  signal?: AbortSignal,
): Promise<Description> {
  const started = performance.now()
  getStudy(db, studyId)
  const infos = describedColumns(db, studyId, columns)
  await warmSelection(db, studyId, filter, [], signal)
  const opened: OpenedParts = openParts(db, studyId, filter)
  const { cells, reader } = opened
  const selected = selectRows(db, studyId, filter)
  const sides = sidesOf(cells, selected)
  if (sides.total[REST] === 0 || sides.total[SELECTED] === 0) {
    const what = sides.total[REST] === 0 ? 'all rows' : 'no row'
    throw new AppError(
      'invalid_input',
      `The filter keeps ${what}, so there is nothing to compare. Change the filter.`,
    )
  }
  const differences: Difference[] = []
  const leftOut: Description['leftOut'] = []
  for (const { id, label, group, levels } of infos) {
    signal?.throwIfAborted()
    await yieldToEventLoop()
    for (const cell of cells) await reader.warm(id, cell)
    const named = { column: id, label, group }
    const dictionary = reader.dictionary(id)
    const counted = () => countSorted(sides, studyOrder(db, studyId, cells, id))
    let found: Difference | null
    if (dictionary) found = ofDictionary(sides, named, opened, dictionary)
    else if (levels?.length === 2)
      found = ofTwoLevels(sides, named, levels[1] as string, counted(), valuesOf(opened, id))
    else found = ofNumbers(sides, { ...named, levels }, counted(), valuesOf(opened, id))
    if (found) differences.push(found)
    else leftOut.push({ column: id, label, reason: 'One of the sides has no value.' })
  }
  differences.push(...ofOrigin(db, sides, cells).filter((one) => one !== null))
  differences.sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
  const inside = cells.map((cell) => ({ cell, rows: selected.get(cell.no) ?? new Int32Array() }))
  return {
    selected: sides.total[SELECTED],
    rest: sides.total[REST],
    differences,
    leftOut,
    words: typicalWords(db, inside, restOf(cells, sides)),
    notes: notesOf(differences.length),
    serverMs: Math.round((performance.now() - started) * 10) / 10,
  }
}
