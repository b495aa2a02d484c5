import { migrateDatabase, openDatabase, type Db } from '@/db/client'

/** Returns a fresh in-memory database with the real migrations applied. */
export function testDatabase(): Db {
  const db = openDatabase(':memory:')
  migrateDatabase(db)
  return db
}
