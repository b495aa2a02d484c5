import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import * as schema from './schema'

export type Db = BetterSQLite3Database<typeof schema> & { $client: Database.Database }

function applyPragmas(sqlite: Database.Database): void {
  sqlite.pragma('journal_mode = WAL')
  // WAL with NORMAL loses at most the last commits on power loss, never consistency; a killed process loses nothing.
  sqlite.pragma('synchronous = NORMAL')
  sqlite.pragma('foreign_keys = ON')
  // Web and worker write to the same file; short waits beat errors.
  sqlite.pragma('busy_timeout = 10000')
  // 64 MiB page cache: a page of rows at any offset stays in memory.
  sqlite.pragma('cache_size = -65536')
  sqlite.pragma('temp_store = MEMORY')
  sqlite.pragma('mmap_size = 268435456')
}

/** Opens (and creates) the database file and its folder. Migrations are run apart, by `migrateDatabase`. */
export function openDatabase(file: string): Db {
  if (file !== ':memory:') fs.mkdirSync(path.dirname(file), { recursive: true })
  const sqlite = new Database(file)
  applyPragmas(sqlite)
  return drizzle(sqlite, { schema })
}

/** Returns the folder of the generated migrations, found from the working folder of the app. */
function migrationsFolder(): string {
  return path.join(process.cwd(), 'db', 'migrations')
}

/** Brings the database to the newest schema; does nothing when it is there already. */
export function migrateDatabase(db: Db): void {
  migrate(db, { migrationsFolder: migrationsFolder() })
}
