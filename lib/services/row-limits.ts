import { count } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Queryable } from '@/lib/queue/queue'
import { AppError } from '@/lib/errors'

/** Throws `conflict` when a table holds as many rows as are kept; deleted ones count until they are purged. */
export function refuseBeyond(db: Queryable, table: SQLiteTable, most: number, name: string): void {
  const n = db.select({ n: count() }).from(table).get()?.n ?? 0
  if (n < most) return
  throw new AppError(
    'conflict',
    `There are ${n} ${name}, as many as are kept. Delete some; they leave for good after seven days.`,
  )
}
