import type { Db } from '@/db/client'
import type { SortedRows } from '@/lib/columns/sort'
import type { Difference } from '@/lib/contracts/description'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { carriesValue } from '@/lib/contracts/status'
import { chiSquareCounts } from '@/lib/stats/levels'
import { shareDifference } from '@/lib/stats/share-difference'
import { cliffsDeltaOfCounts } from '@/lib/stats/unpaired'
import type { CellRef } from '../../cells'
import type { Dictionary } from '../../columns/dictionary'
import { operatorCodes } from '../operators'
import type { OpenedParts } from '../select'
import { countSides, NOWHERE, REST, SELECTED, sum, type Side, type Sides } from './sides'

/** The distinct values of a column, ascending. */
interface Counted {
  /** How often each occurs on each side. */
  counts: [Uint32Array, Uint32Array]
  /** A row that has it. */
  rows: Uint32Array
}

/** Returns the distinct values of a sorted column with how often each occurs. */
export function countSorted(sides: Sides, { order, valued, isFirst }: SortedRows): Counted {
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
export function valuesOf({ reader, cells }: OpenedParts, column: string): (row: number) => number {
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

/** Returns how the numbers of the sides differ, or null where a side has none. */
export function ofNumbers(
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

/** Returns how shares of the upper of two levels differ: levels such as no and yes have no median that says anything. */
export function ofTwoLevels(
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

/** Returns how the words of a column differ, or null where a side has none. */
export function ofDictionary(
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

/** Returns how the origins of rows differ, as words of their cells and links. */
export function ofOrigin(db: Db, sides: Sides, cells: readonly CellRef[]): (Difference | null)[] {
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
