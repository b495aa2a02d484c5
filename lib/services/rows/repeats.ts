import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { AtomOf } from '@/lib/contracts/condition'
import { allIndexes } from '@/lib/columns/filter'
import { joinGroups, rootOf } from '@/lib/columns/groups'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { currentCells, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { finish, finishInTurns } from '../search/steps'
import { getStudy } from '../studies'
import { warmWording, wordingGroups } from './wording'

/** What makes rows copies of each other. */
export type RepeatRule = Pick<AtomOf<'repeats'>, 'of' | 'likeness'>

const DISTANCE = 'mnd.mnd'
const NEAREST = 'mnd.neighbour'

// Rows hashed before other requests get their turn: a few milliseconds.
const STEP_ROWS = 4_000

/** For each row the first row of its group: itself where it stands alone. */
type Groups = Int32Array

const exactKey = (cell: CellRef) => `repeats/exact/${cell.no}`

/** Sets of each row of a cell the first one with its texts; rows are numbered from `start`, and `seen` knows those before. */
function* hashTexts(
  db: Db,
  cell: CellRef,
  first: Groups,
  seen = new Map<string, number>(),
  start = 0,
): Generator<void, Groups> {
  for (let row = 0; row < cell.rowCount; row += 1) first[start + row] = start + row
  const read = hotRead(db, {
    why: 'goes over every row of a file',
    sql: 'select idx, instruction, input from rows where cell_no = ? and idx >= ? and idx < ? order by idx',
    row: z.tuple([z.number(), z.string(), z.string().nullable()]),
  })
  for (let from = 0; from < cell.rowCount; from += STEP_ROWS) {
    for (const [idx, instruction, input] of read.all(cell.no, from, from + STEP_ROWS)) {
      const texts = JSON.stringify([instruction, input ?? ''])
      const key = createHash('sha256').update(texts).digest().toString('latin1')
      const before = seen.get(key)
      if (before === undefined) seen.set(key, start + idx)
      else first[start + idx] = before
    }
    yield
  }
  return first
}

const groupsIn = (db: Db, cell: CellRef) => hashTexts(db, cell, new Int32Array(cell.rowCount))

/** Groups of rows of all files, which are numbered one after the other. */
interface Across {
  groups: Groups
  /** Number of the first row of each cell. */
  starts: ReadonlyMap<number, number>
}

function* groupAcross(db: Db, cells: readonly CellRef[]): Generator<void, Across> {
  const groups = new Int32Array(cells.reduce((sum, { rowCount }) => sum + rowCount, 0))
  const starts = startsOf(cells)
  const seen = new Map<string, number>()
  for (const cell of cells) yield* hashTexts(db, cell, groups, seen, starts.get(cell.no))
  return { groups, starts }
}

// Rows never change, so the keys of the cells are stamp enough.
const acrossKey = (cells: readonly CellRef[]) =>
  `repeats/across/${cells.map(({ no }) => no).join(' ')}`

function startsOf(cells: readonly CellRef[]): Map<number, number> {
  let start = 0
  return new Map(cells.map(({ no, rowCount }) => [no, (start += rowCount) - rowCount]))
}

function checkAcross({ of }: Pick<RepeatRule, 'of'>): void {
  if (of !== 'near') return
  throw new AppError(
    'invalid_input',
    'Copies that are near in meaning are found inside of each file only. Look for exact copies or those near in wording across files, or leave "across" out.',
  )
}

/** Returns the groups of copies over files. Throws `invalid_input` for those near in meaning. */
export function acrossFiles(
  db: Db,
  reader: ColumnReader,
  cells: readonly CellRef[],
  rule: RepeatRule,
): Across {
  checkAcross(rule)
  if (rule.of === 'wording')
    return { groups: wordingGroups(db, reader, cells, rule.likeness), starts: startsOf(cells) }
  const bytesOf = ({ groups }: Across) => groups.byteLength
  return cachesOf(db).results.get(acrossKey(cells), '', bytesOf, () =>
    finish(groupAcross(db, cells)),
  )
}

/** Does ahead what `acrossFiles` reads, giving way to other requests. */
export async function warmAcross(
  db: Db,
  reader: ColumnReader,
  cells: readonly CellRef[],
  rule: RepeatRule,
  signal?: AbortSignal,
): Promise<void> {
  checkAcross(rule)
  if (rule.of === 'wording') return warmWording(db, reader, cells, signal)
  const cache = cachesOf(db).results
  if (cache.peek(acrossKey(cells), '')) return
  const across = await finishInTurns(groupAcross(db, cells), signal)
  cache.put(acrossKey(cells), '', across, across.groups.byteLength)
}

/** Reads ahead the texts that exact copies are found by, giving way to other requests. */
export async function warmRepeats(
  db: Db,
  reader: ColumnReader,
  cells: readonly CellRef[],
  { of }: RepeatRule,
  signal?: AbortSignal,
): Promise<void> {
  if (of === 'wording') for (const cell of cells) await warmWording(db, reader, [cell], signal)
  if (of !== 'exact') return
  for (const cell of cells) {
    if (cachesOf(db).results.peek(exactKey(cell), '')) continue
    const groups = await finishInTurns(groupsIn(db, cell), signal)
    cachesOf(db).results.put(exactKey(cell), '', groups, groups.byteLength)
  }
}

function exactGroups(db: Db, cell: CellRef): Groups {
  // Rows never change, so the key is stamp enough.
  return cachesOf(db).results.get(
    exactKey(cell),
    '',
    (groups: Groups) => groups.byteLength,
    () => finish(groupsIn(db, cell)),
  )
}

/** Rows joined by the link of a row to its nearest one, where that is near enough. */
function nearGroups(reader: ColumnReader, cell: CellRef, likeness: number): Groups {
  const distance = reader.read(DISTANCE, cell)
  const nearest = reader.read(NEAREST, cell)
  // Of unit vectors the squared distance is 2 - 2 cos. Rounding must not lose copies at 1.
  const limit = 2 - 2 * likeness + 1e-9
  const first = allIndexes(cell.rowCount)
  for (let row = 0; row < first.length; row++) {
    if (!carriesValue(distance.status[row] ?? 0) || !carriesValue(nearest.status[row] ?? 0))
      continue
    const other = nearest.values[row] as number
    if ((distance.values[row] as number) > limit || !(other >= 0 && other < first.length)) continue
    joinGroups(first, row, other)
  }
  return first.map((_, row) => rootOf(first, row))
}

/**
 * Returns what groups the rows of a file: exact copies of instruction and input, rows alike in wording, or linked to their nearest one.
 * Throws `invalid_input` where no run says how near rows are.
 */
export function openRepeats(
  db: Db,
  reader: ColumnReader,
  { of, likeness }: RepeatRule,
): (cell: CellRef) => Groups {
  if (of === 'exact') return (cell) => exactGroups(db, cell)
  if (of === 'wording') return (cell) => wordingGroups(db, reader, [cell], likeness)
  if (reader.runOf(DISTANCE) === null) {
    throw new AppError(
      'invalid_input',
      'Near copies are found by the metric "Minimum neighbour distance", which this study has no run of. Compute it, or look for exact copies.',
    )
  }
  return (cell) => nearGroups(reader, cell, likeness)
}

/** Returns for each row of a cell whether its group has another row. */
export function inGroups(groups: Groups): Uint8Array {
  const inside = new Uint8Array(groups.length)
  groups.forEach((first, row) => {
    if (first === row) return
    inside[row] = 1
    inside[first] = 1
  })
  return inside
}

/** How many groups there are at a likeness, and rows in them; the others stand alone. */
export interface RepeatCount {
  likeness: number
  groups: number
  members: number
  rows: number
}

/** Adds the groups of some rows to a count. */
function countGroups(groups: Groups, count: RepeatCount): void {
  const inside = inGroups(groups)
  groups.forEach((first, row) => {
    count.members += inside[row] as number
    if (first === row) count.groups += inside[row] as number
  })
}

/** Returns the counts of groups at each likeness, inside of the files of a study, or across all of them. */
export async function countRepeats(
  db: Db,
  studyId: string,
  of: RepeatRule['of'],
  likenesses: readonly number[],
  signal?: AbortSignal,
  across?: 'study',
): Promise<RepeatCount[]> {
  getStudy(db, studyId)
  const cells = currentCells(db, studyId)
  const reader = columnReader(db, studyId)
  const warm = across ? warmAcross : warmRepeats
  await warm(db, reader, cells, { of, likeness: 1 }, signal)
  const rows = cells.reduce((sum, cell) => sum + cell.rowCount - cell.skipped.length, 0)
  const counts: RepeatCount[] = []
  for (const likeness of likenesses) {
    const count = { likeness, groups: 0, members: 0, rows }
    const rule = { of, likeness }
    if (across) countGroups(acrossFiles(db, reader, cells, rule).groups, count)
    else {
      const groupsOf = openRepeats(db, reader, rule)
      for (const cell of cells) countGroups(groupsOf(cell), count)
    }
    counts.push(count)
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }
  return counts
}
