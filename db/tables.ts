import { is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from './schema'

/** Every table of the database that the schema describes. */
export const TABLES: readonly SQLiteTable[] = Object.values(schema).filter((one) =>
  is(one, SQLiteTable),
)
