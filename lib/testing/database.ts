import fs from 'node:fs'
import Database from 'better-sqlite3'
import { migrateDatabase, openDatabase, type Db } from '@/db/client'

/** Returns a fresh in-memory database with the real migrations applied. */
export function testDatabase(): Db {
  const db = openDatabase(':memory:')
  migrateDatabase(db)
  return db
}

/** Returns a bare database as it was before the migration whose file name ends so, and what applies that migration. */
export function databaseBefore(ending: string) {
  const folder = 'db/migrations'
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
  const at = files.findIndex((name) => name.endsWith(ending))
  const db = new Database(':memory:')
  const run = (name: string) =>
    db.transaction(() => {
      const text = fs.readFileSync(`${folder}/${name}`, 'utf8')
      for (const statement of text.split('--> statement-breakpoint')) db.exec(statement)
    })()
  db.pragma('foreign_keys = OFF')
  for (const name of files.slice(0, at)) run(name)
  return { db, migrate: () => run(files[at] as string) }
}
