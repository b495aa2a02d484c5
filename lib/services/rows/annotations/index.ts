import { and, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { decisionRows, decisions } from '@/db/schema'
import type { DecisionInput } from '@/lib/contracts/decisions'
import type { RowFilter } from '@/lib/contracts/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { AppError } from '@/lib/errors'
import { currentCells, getCell } from '../../cells'
import { select, warmSelection } from '../select'
import { cellMarks, notesIn } from './marks'
import { countRows, eachRow, packRows, type RowPart } from './parts'

type RowKey = Readonly<{ cellId: string; idx: number }>

/** The rows of a decision: parts of cells, and the filter that they came from, null where they were chosen one by one. */
interface ChosenRows {
  parts: readonly RowPart[]
  filter: RowFilter | null
}

/** Returns the rows that pass a filter, as a decision stores them. */
export async function rowsOfFilter(
  db: Db,
  studyId: string,
  filter: RowFilter,
  signal?: AbortSignal,
): Promise<ChosenRows> {
  await warmSelection(db, studyId, filter, [], signal)
  const { cells } = select(db, studyId, filter)
  return { filter, parts: cells.flatMap(({ cell, rows }) => packRows(cell.no, rows)) }
}

/** Returns rows chosen one by one, as a decision stores them. Throws `not_found` for a row that is not there. */
export function chosenRows(db: Db, studyId: string, rows: readonly RowKey[]): ChosenRows {
  const byCell = new Map<string, Set<number>>()
  for (const { cellId, idx } of rows) {
    const idxs = byCell.get(cellId) ?? new Set<number>()
    byCell.set(cellId, idxs.add(idx))
  }
  const parts = [...byCell].flatMap(([cellId, idxs]) => {
    const cell = getCell(db, studyId, cellId)
    const beyond = [...idxs].find((idx) => idx >= cell.rowCount || cell.skipped.includes(idx))
    if (beyond !== undefined) {
      throw new AppError('not_found', `This file has no row ${beyond + 1}.`)
    }
    return packRows(
      cell.no,
      [...idxs].sort((a, b) => a - b),
    )
  })
  return { parts, filter: null }
}

function checkValue({ kind, value, removes }: DecisionInput): void {
  const most = kind === 'note' ? LIMITS.note : LIMITS.word
  const needsText = kind === 'tag' || (kind === 'note' && !removes)
  const length = value?.trim().length ?? 0
  if (needsText && (length === 0 || length > most)) {
    throw new AppError('invalid_input', `A ${kind} needs 1 to ${most} characters.`)
  }
}

/** Whether the rows are said to be so already: a request that is sent twice must not fill the log. */
function standsAlready(
  db: Db,
  studyId: string,
  parts: readonly RowPart[],
  { kind, value, removes }: DecisionInput,
): boolean {
  const cells = new Map(currentCells(db, studyId).map((cell) => [cell.no, cell]))
  return parts.every((part) => {
    const cell = cells.get(part.cellNo)
    if (!cell) return false
    const marks = cellMarks(db, cell)
    let isSo = true
    eachRow(part, (row) => {
      if (!isSo) return
      const said = notesIn(marks, row).find(
        (entry) => entry.kind === kind && (kind !== 'tag' || entry.value === value),
      )
      isSo = removes ? !said : said?.value === value
    })
    return isSo
  })
}

/**
 * Adds one entry to the log for all rows and returns its number with the count of rows; null where there is no row, or
 * where all of them are said to be so already. A later entry stands before an earlier one on the same row.
 */
export function annotate(
  db: Db,
  studyId: string,
  { parts, filter }: ChosenRows,
  input: DecisionInput,
): { no: number | null; rows: number } {
  checkValue(input)
  const { kind, removes, author, reason } = input
  const hasText = kind === 'tag' || (kind === 'note' && !removes)
  const value = hasText ? (input.value?.trim() ?? null) : null
  if (parts.length === 0 || standsAlready(db, studyId, parts, { ...input, value })) {
    return { no: null, rows: 0 }
  }
  const rowCount = parts.reduce((sum, part) => sum + countRows(part), 0)
  return inTransaction(db, () => {
    const entry = { studyId, kind, value, removes, author, reason, filter, rowCount }
    const { no } = db
      .insert(decisions)
      .values({ ...entry, at: Date.now() })
      .returning({ no: decisions.no })
      .get()
    for (const { bits, ...part } of parts) {
      const stored = { ...part, bits: bits && Buffer.from(bits) }
      db.insert(decisionRows)
        .values({ decisionNo: no, ...stored })
        .run()
    }
    return { no, rows: rowCount }
  })
}

function turn(db: Db, studyId: string, no: number, undoneAt: number | null): void {
  const own = and(eq(decisions.no, no), eq(decisions.studyId, studyId))
  const entry = db.select({ undoneAt: decisions.undoneAt }).from(decisions).where(own).get()
  if (!entry) throw new AppError('not_found', `The log of this study has no entry ${no}.`)
  if ((entry.undoneAt === null) === (undoneAt === null)) return
  db.update(decisions)
    .set({ undoneAt, turns: sql`${decisions.turns} + 1` })
    .where(own)
    .run()
}

/** Undoes one log entry, whatever came after it; undoing it twice does nothing. Throws `not_found` for an entry of another study. */
export function undoAnnotation(db: Db, studyId: string, no: number): void {
  turn(db, studyId, no, Date.now())
}

/** Lets an undone entry stand again. Throws `not_found` for an entry of another study. */
export function redoAnnotation(db: Db, studyId: string, no: number): void {
  turn(db, studyId, no, null)
}

/** Returns the number of the entry that the next undo takes back, and of the one that the next redo brings back; null where there is none. */
export function undoSteps(db: Db, studyId: string): { undo: number | null; redo: number | null } {
  const own = eq(decisions.studyId, studyId)
  const { no, at, undoneAt } = decisions
  const newest = db
    .select({ no, at })
    .from(decisions)
    .where(and(own, isNull(undoneAt)))
    .orderBy(desc(no))
    .get()
  const undone = db
    .select({ no })
    .from(decisions)
    .where(and(own, isNotNull(undoneAt), sql`${undoneAt} >= ${newest?.at ?? 0}`))
    .orderBy(desc(undoneAt), no)
    .get()
  return { undo: newest?.no ?? null, redo: undone?.no ?? null }
}
