import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'

/** A held lock; `release` gives it up. */
export interface WorkerLock {
  release(): void
}

/**
 * Takes the lock of a data folder, so that one worker runs there; returns null when another living process has it. The
 * lock is the operating system's own on an open SQLite file: it ends with its process, however that dies, so there is
 * no stale lock and no process number to trust.
 */
export function acquireWorkerLock(dataDir: string): WorkerLock | null {
  fs.mkdirSync(dataDir, { recursive: true })
  const file = new Database(path.join(dataDir, 'worker.lock'), { timeout: 0 })
  try {
    file.pragma('journal_mode = MEMORY')
    file.pragma('locking_mode = EXCLUSIVE')
    file.exec('begin exclusive')
    return { release: () => file.close() }
  } catch (error) {
    file.close()
    const { code } = error as { code?: string }
    if (code?.startsWith('SQLITE_BUSY')) return null
    throw error
  }
}
