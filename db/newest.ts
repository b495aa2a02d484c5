import { and, desc, lte, sql, type Placeholder, type SQL } from 'drizzle-orm'
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

/** Returns what reads as `newest` does, by several columns and with its condition on one number; the query is built once a connection. */
export function newestFor<T extends SQLiteTable>(
  table: T,
  by: readonly SQLiteColumn[],
  condition: (value: Placeholder) => SQL | undefined,
): (db: Queryable, value: number) => T['$inferSelect'] | null {
  const prepare = (db: Queryable) =>
    db
      .select()
      .from(table as SQLiteTable)
      .where(condition(sql.placeholder('value')))
      .orderBy(...by.map((column) => desc(column)))
      .limit(1)
      .prepare()
  const prepared = new WeakMap<Queryable, ReturnType<typeof prepare>>()
  return (db, value) => {
    let query = prepared.get(db)
    if (!query) prepared.set(db, (query = prepare(db)))
    return query.get({ value }) ?? null
  }
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
