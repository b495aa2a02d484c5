import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { decisions } from '@/db/schema'
import { LIMITS } from '@/lib/contracts/limits'
import type { AnnotationEntry, MarkKind, RowDetail } from '@/lib/contracts/rows'
import { AppError } from '@/lib/errors'
import { getCell } from '../cells'

/** One decision on one or more rows. */
export interface AnnotationInput {
  kind: MarkKind
  rows: readonly { cellId: string; idx: number }[]
  /** Text of a note. */
  value: string | null
  reason: string | null
}

/** Returns the entries of a row that are not undone, oldest first. */
export function notesOf(db: Db, cellNo: number, idx: number): RowDetail['notes'] {
  return db
    .select({ no: decisions.no, kind: decisions.kind, value: decisions.value, at: decisions.at })
    .from(decisions)
    .where(and(eq(decisions.cellNo, cellNo), eq(decisions.idx, idx), isNull(decisions.undoneAt)))
    .orderBy(asc(decisions.no))
    .all()
}

/**
 * Adds a decision to each row and returns the numbers of the log entries, in the order of the rows. A row that has the
 * star or drop already keeps its entry; a new note replaces the row's old one, which stays in the log.
 */
export function annotate(db: Db, studyId: string, input: AnnotationInput): number[] {
  const { kind, value, reason } = input
  if (kind === 'note' && (value === null || value.trim() === '' || value.length > LIMITS.note)) {
    throw new AppError('invalid_input', `A note needs 1 to ${LIMITS.note} characters.`)
  }
  return inTransaction(db, () => {
    const now = Date.now()
    return input.rows.map(({ cellId, idx }) => {
      const cell = getCell(db, studyId, cellId)
      if (idx < 0 || idx >= cell.rowCount) {
        throw new AppError('not_found', `This file has no row ${idx + 1}.`)
      }
      const standing = notesOf(db, cell.no, idx).filter((entry) => entry.kind === kind)
      const [kept] = standing
      if (kind !== 'note' && kept) return kept.no
      for (const entry of standing) {
        db.update(decisions).set({ undoneAt: now }).where(eq(decisions.no, entry.no)).run()
      }
      return db
        .insert(decisions)
        .values({ studyId, cellNo: cell.no, idx, kind, value, reason, at: now })
        .returning({ no: decisions.no })
        .get().no
    })
  })
}

/** Undoes one log entry; undoing it twice does nothing. Throws `not_found` for an entry of another study. */
export function undoAnnotation(db: Db, studyId: string, no: number): void {
  const entry = db
    .select()
    .from(decisions)
    .where(and(eq(decisions.no, no), eq(decisions.studyId, studyId)))
    .get()
  if (!entry) throw new AppError('not_found', 'There is no such mark.')
  if (entry.undoneAt !== null) return
  db.update(decisions).set({ undoneAt: Date.now() }).where(eq(decisions.no, no)).run()
}

/** Returns the study's log of decisions, newest first, undone ones included. */
export function listAnnotations(db: Db, studyId: string, limit = 500): AnnotationEntry[] {
  return db
    .select()
    .from(decisions)
    .where(eq(decisions.studyId, studyId))
    .orderBy(desc(decisions.no))
    .limit(limit)
    .all()
}
