import fs from 'node:fs'
import path from 'node:path'
import type Database from 'better-sqlite3'
import { AppError } from '@/lib/errors'

/** File of the data folder by which the start command notes that web and worker ended in order (supervise.mjs). */
const CLEAN_STOP = 'clean-stop'

const BROKEN = /^SQLITE_(NOTADB|CORRUPT\w*)$/

/** Returns the error for a database file that cannot be read, with what to do; any other error as it is. */
export function brokenDatabase(error: unknown, file: string): unknown {
  // Drizzle wraps what SQLite says.
  const found = [error, (error as Error).cause].find(
    (one): one is Error & { code: string } =>
      one instanceof Error && BROKEN.test(String((one as { code?: unknown }).code)),
  )
  if (!found) return error
  const what = found.code === 'SQLITE_NOTADB' ? 'is not a database of Evolens' : 'is damaged'
  return damaged(file, `${what} (${found.message})`, error)
}

function damaged(file: string, what: string, cause?: unknown): AppError {
  return new AppError(
    'data_error',
    `The database ${file} ${what}. Nothing was changed. Stop Evolens and put a backup in its place, or save what can be read with: sqlite3 ${file} ".recover" | sqlite3 recovered.sqlite. To begin anew move the file away, or set EVOLENS_DATA_DIR to another folder.`,
    { cause },
  )
}

function stoppedCleanly(file: string): boolean {
  try {
    const noted = JSON.parse(
      fs.readFileSync(path.join(path.dirname(file), CLEAN_STOP), 'utf8'),
    ) as { sizeBytes?: unknown; modifiedMs?: unknown }
    const { size, mtimeMs } = fs.statSync(file)
    return noted.sizeBytes === size && noted.modifiedMs === mtimeMs
  } catch {
    return false
  }
}

/**
 * Looks through the whole database unless it is as the last orderly stop left it; returns whether it did. Throws
 * `data_error` naming file and remedy when something is wrong. A second for some hundred megabytes.
 */
export function checkAfterUncleanStop(sqlite: Database.Database): boolean {
  const file = sqlite.name
  if (stoppedCleanly(file)) return false
  try {
    const isNew = sqlite.prepare('select 1 from sqlite_master').get() === undefined
    if (isNew) return false
    const [first] = sqlite.pragma('quick_check(1)') as { quick_check: string }[]
    if (first?.quick_check !== 'ok') throw damaged(file, `is damaged (${first?.quick_check})`)
  } catch (error) {
    throw brokenDatabase(error, file)
  }
  return true
}
