import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import { AppError } from '@/lib/errors'
import { brokenDatabase } from './check'
import { makePrivateFile, makePrivateFolder } from './private-files'
import * as schema from './schema'
import { nameEntriesOf } from './stored-json'

/** The database or an open transaction of it. */
export type Queryable = BaseSQLiteDatabase<'sync', Database.RunResult, typeof schema>

export type Db = BetterSQLite3Database<typeof schema> & { $client: Database.Database }

function applyPragmas(sqlite: Database.Database): void {
  sqlite.pragma('journal_mode = WAL')
  // WAL with NORMAL loses at most the last commits on power loss, never consistency; a killed process loses nothing.
  sqlite.pragma('synchronous = NORMAL')
  sqlite.pragma('foreign_keys = ON')
  // Web and worker write to the same file; short waits beat errors.
  sqlite.pragma('busy_timeout = 10000')
  // 32 MiB page cache: a page of rows at any offset stays in memory.
  sqlite.pragma('cache_size = -32768')
  sqlite.pragma('temp_store = MEMORY')
  // Mapped pages count as memory of the process: 64 MB of them read 66 columns of half a million rows 1 % faster.
  sqlite.pragma('mmap_size = 0')
}

/**
 * Opens (and creates) the database file and its folder, both for this user only. Migrations are run apart, by
 * `migrateDatabase`. Throws `data_error` for a file that is no database or is damaged.
 */
export function openDatabase(file: string): Db {
  if (file !== ':memory:') {
    makePrivateFolder(path.dirname(file))
    // SQLite gives its journals the mode of the database.
    makePrivateFile(file)
  }
  const sqlite = new Database(file)
  try {
    applyPragmas(sqlite)
  } catch (error) {
    sqlite.close()
    throw brokenDatabase(error, file)
  }
  nameEntriesOf(sqlite)
  return drizzle(sqlite, { schema })
}

/** Returns a connection of its own that sees the database as it is now, whatever is stored meanwhile; the caller closes it. */
export function openSnapshot(file: string): Db {
  const db = openDatabase(file)
  db.$client.exec('begin')
  return db
}

/** Runs `work` in one write transaction and returns what it returns; rolled back when it throws. */
export function inTransaction<T>(db: Db, work: () => T): T {
  return db.$client.transaction(work).immediate()
}

/** Returns the folder of the generated migrations, found from the working folder of the app. */
function migrationsFolder(): string {
  return path.join(process.cwd(), 'db', 'migrations')
}

/** Returns the time of the newest migration that this version knows, by which schemas are compared. */
export function newestKnown(): number {
  const file = path.join(migrationsFolder(), 'meta', '_journal.json')
  const journal = JSON.parse(fs.readFileSync(file, 'utf8')) as { entries: { when: number }[] }
  return Math.max(...journal.entries.map(({ when }) => when))
}

function refuseNewer(sqlite: Database.Database): void {
  const table = sqlite
    .prepare("select 1 from sqlite_master where type = 'table' and name = '__drizzle_migrations'")
    .get()
  if (!table) return
  const newest = sqlite.prepare('select max(created_at) from __drizzle_migrations').pluck().get()
  if (typeof newest !== 'number' || newest <= newestKnown()) return
  const day = new Date(newest).toISOString().slice(0, 10)
  throw new AppError(
    'data_error',
    `The database ${sqlite.name} was written by a newer version of Evolens (its tables are of ${day}), which this one would read wrongly. Nothing was changed. Update this copy of Evolens, or set EVOLENS_DATA_DIR to another folder.`,
  )
}

/**
 * Brings the database to the newest schema; does nothing when it is there already. Throws `data_error` for a database that
 * a newer version wrote, or one that is damaged.
 */
export function migrateDatabase(db: Db): void {
  try {
    refuseNewer(db.$client)
    migrate(db, { migrationsFolder: migrationsFolder() })
  } catch (error) {
    throw brokenDatabase(error, db.$client.name)
  }
}
