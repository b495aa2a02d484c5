import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Db } from '@/db/client'
import { AppError } from '@/lib/errors'

type Column = AnySQLiteColumn
type OfStudy = SQLiteTable & { id: Column; studyId: Column; deletedAt: Column }

/** Returns the condition of one thing of a study that is not deleted. */
export function isThere(table: OfStudy, studyId: string, id: string) {
  return and(eq(table.id, id), eq(table.studyId, studyId), isNull(table.deletedAt))
}

/** Deletes a thing of a study, which can be restored for seven days. Throws `not_found`, which says what it is. */
export function markDeleted(db: Db, table: OfStudy, studyId: string, id: string, what: string) {
  mark(db, table, { deletedAt: Date.now() }, isThere(table, studyId, id), what)
}

/** Brings a deleted thing of a study back. Throws `not_found`, which says what it is. */
export function markRestored(db: Db, table: OfStudy, studyId: string, id: string, what: string) {
  const isDeleted = and(eq(table.id, id), eq(table.studyId, studyId), isNotNull(table.deletedAt))
  mark(db, table, { deletedAt: null }, isDeleted, what)
}

function mark(
  db: Db,
  table: OfStudy,
  values: { deletedAt: number | null },
  which: ReturnType<typeof and>,
  what: string,
): void {
  const { changes } = db
    .update(table)
    .set(values as never)
    .where(which)
    .run()
  if (changes === 0) throw new AppError('not_found', `There is no such ${what}.`)
}
