import { and, desc, lte, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Queryable } from './client'

/** Returns the entry of a table with the highest value in this column, of those that the condition chooses; null without any. */
export function newest<T extends SQLiteTable>(
  db: Queryable,
  table: T,
  by: SQLiteColumn,
  condition: SQL | undefined,
): T['$inferSelect'] | null {
  const query = db.select().from(table as SQLiteTable)
  return query.where(condition).orderBy(desc(by)).limit(1).get() ?? null
}

/** Deletes the oldest of the entries that the condition chooses, so that no more than this many are left. */
export function keepNewest(
  db: Queryable,
  table: SQLiteTable,
  no: SQLiteColumn,
  condition: SQL,
  most: number,
): void {
  const query = db.select({ no }).from(table).where(condition).orderBy(desc(no))
  const oldest = query.limit(1).offset(most).get() as { no: number } | undefined
  if (!oldest) return
  db.delete(table)
    .where(and(condition, lte(no, oldest.no)))
    .run()
}
