import type { Db } from '@/db/client'
import { isComparable } from '@/lib/contracts/column-kinds'
import { sessionOf, type PairChoice } from '@/lib/contracts/export'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { sessionVerdicts } from '../../blind/raters'
import { endedSession } from '../../blind/result'
import { currentCells, type CellRef } from '../../cells'
import { columnReader, listColumns } from '../../columns'
import { parseColumnId } from '../../columns/describe'
import { rowBySlot, slotsNow } from '../../compare/slots'
import type { OrderedRows } from '../../rows'
import type { Selection } from '../../rows/select'
import { leaveOut, type LeftOut } from './reasons'

/** Where a row stands: its cell among those of the selection, and its place there. */
interface Place {
  part: number
  idx: number
}

/** Two rows at one seed, the better one first. */
export interface ChosenPair {
  chosen: Place
  rejected: Place
  /** null where the seed is not in the study. */
  seed: Place | null
}

/** The pairs that rows make. */
export interface ChosenPairs {
  /** Cells of the rows, and after them those of the seeds. */
  cells: Selection['cells']
  pairs: ChosenPair[]
  leftOut: LeftOut
}

/** Returns what a column says of a row; NaN where it says nothing. Throws `invalid_input` for one whose values have no order. */
function numbersOf(db: Db, studyId: string, id: string) {
  const reader = columnReader(db, studyId)
  const { metric, key } = parseColumnId(id)
  const column = listColumns(db, studyId, { all: true }).find(
    (one) => one.id === `${metric}.${key}`,
  )
  reader.sourceOf(id)
  if (column && (!isComparable(column.shape) || column.shape === 'vector'))
    throw new AppError(
      'invalid_input',
      `${column.label} cannot decide pairs: its values are in no order. Choose a column of numbers, levels or yes and no.`,
    )
  const words = reader.dictionary(id)?.values
  return (cell: CellRef): ((row: number) => number) => {
    const { values, status } = reader.read(id, cell)
    return (row) => {
      if (!carriesValue(status[row] ?? 0)) return NaN
      const value = values[row] as number
      return words ? Number(words[value] === true) : value
    }
  }
}

/** The rows of a seed set in the study itself, by number of the seed. */
function seedPlaces(db: Db, studyId: string, cells: Selection['cells']) {
  const all = [...cells]
  const bySet = new Map<string, { part: number; rows: Int32Array }>()
  for (const cell of currentCells(db, studyId)) {
    if (cell.armId !== null || cell.round !== 0) continue
    bySet.set(cell.seedSetKey, { part: all.length, rows: rowBySlot(slotsNow(db, cell).slots) })
    all.push({ cell, rows: new Int32Array(0) })
  }
  const seedAt = (seedSet: string, slot: number): Place | null => {
    const set = bySet.get(seedSet)
    const idx = set?.rows[slot] ?? -1
    return set && idx >= 0 ? { part: set.part, idx } : null
  }
  return { all, seedAt }
}

interface Candidate extends Place {
  value: number
}

/** Returns the best and the worst of the rows at one seed, or why there is no pair. */
function extremes(
  rows: readonly Candidate[],
  { better, margin }: PairChoice,
): [Candidate, Candidate] | keyof LeftOut {
  if (new Set(rows.map(({ part }) => part)).size < rows.length) return 'several'
  if (rows.length < 2) return 'no_partner'
  const valued = rows.filter(({ value }) => !Number.isNaN(value))
  if (valued.length < 2) return 'no_value'
  const sorted = valued.toSorted((a, b) =>
    better === 'higher' ? b.value - a.value : a.value - b.value,
  )
  const [best, worst] = [sorted[0] as Candidate, sorted.at(-1) as Candidate]
  return Math.abs(best.value - worst.value) <= margin ? 'tie' : [best, worst]
}

/** Seeds that one number holds together with the number of their seed set and round. */
const MOST_SLOTS = 2 ** 32

function byColumn(db: Db, studyId: string, ordered: OrderedRows, choice: PairChoice): ChosenPairs {
  const { cells } = ordered.selection
  const { all, seedAt } = seedPlaces(db, studyId, cells)
  const numbers = numbersOf(db, studyId, choice.by)
  const groupKeys = new Map<string, number>()
  const parts = cells.map(({ cell }) => {
    const key = JSON.stringify([cell.seedSetKey, cell.round])
    const group = groupKeys.get(key) ?? groupKeys.size
    groupKeys.set(key, group)
    return { cell, group, slots: slotsNow(db, cell).slots, valueOf: numbers(cell) }
  })
  const leftOut: LeftOut = {}
  const bySeed = new Map<number, Candidate[]>()
  for (let at = 0; at < ordered.idx.length; at += 1) {
    const [part, idx] = [ordered.part[at] as number, ordered.idx[at] as number]
    const { cell, group, slots, valueOf } = parts[part] as (typeof parts)[number]
    if (cell.armId === null) continue
    const slot = slots[idx] as number
    if (slot < 0) {
      leaveOut(leftOut, 'no_seed')
      continue
    }
    const key = group * MOST_SLOTS + slot
    const rows = bySeed.get(key) ?? []
    rows.push({ part, idx, value: valueOf(idx) })
    bySeed.set(key, rows)
  }
  const pairs: ChosenPair[] = []
  for (const [key, rows] of bySeed) {
    const found = extremes(rows, choice)
    if (typeof found === 'string') {
      leaveOut(leftOut, found)
      continue
    }
    const [chosen, rejected] = found
    const { cell } = cells[chosen.part] as Selection['cells'][number]
    pairs.push({ chosen, rejected, seed: seedAt(cell.seedSetKey, key % MOST_SLOTS) })
  }
  return { cells: all, pairs, leftOut }
}

function byVerdicts(db: Db, studyId: string, { selection }: OrderedRows, id: string): ChosenPairs {
  const session = endedSession(db, studyId, id)
  const verdicts = sessionVerdicts(db, session)
  const { all, seedAt } = seedPlaces(db, studyId, selection.cells)
  const parts = new Map(
    selection.cells.map(({ cell, rows }, part) => [cell.id, { part, rows: new Set(rows) }]),
  )
  const placeOf = ({ cellId, idx }: { cellId: string; idx: number }): Place | null => {
    const found = parts.get(cellId)
    return found?.rows.has(idx) ? { part: found.part, idx } : null
  }
  const leftOut: LeftOut = {}
  const pairs: ChosenPair[] = []
  session.pairs.forEach((pair, no) => {
    const verdict = verdicts[no] as number
    const [a, b] = [placeOf(pair.a), placeOf(pair.b)]
    if (Number.isNaN(verdict)) leaveOut(leftOut, 'no_value')
    else if (a === null || b === null) leaveOut(leftOut, 'filtered')
    else if (verdict === TIE) leaveOut(leftOut, 'tie')
    else {
      const [chosen, rejected] = verdict > TIE ? [a, b] : [b, a]
      pairs.push({ chosen, rejected, seed: seedAt(pair.seedSet, pair.slot) })
    }
  })
  return { cells: all, pairs, leftOut }
}

/** Between the verdict for one side and for the other; see `sessionVerdicts`. */
const TIE = 2

/**
 * Returns the pairs that the rows of a filter make, in their order, and how many seeds have none and why. Of more than two evolvers at one
 * seed the best and the worst are paired.
 */
export function choosePairs(
  db: Db,
  studyId: string,
  ordered: OrderedRows,
  choice: PairChoice,
): ChosenPairs {
  const session = sessionOf(choice.by)
  return session === null
    ? byColumn(db, studyId, ordered, choice)
    : byVerdicts(db, studyId, ordered, session)
}
