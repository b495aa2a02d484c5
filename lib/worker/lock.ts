import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { makePrivateFile, makePrivateFolder } from '@/db/private-files'

// How soon a waiting worker takes over when the other one ends.
const LOOK_AGAIN_MS = 1_000

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
  makePrivateFolder(dataDir)
  makePrivateFile(path.join(dataDir, 'worker.lock'))
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

/** Returns the lock of a data folder once no other process has it; `onWait` is called once when one has. */
export async function waitForWorkerLock(dataDir: string, onWait: () => void): Promise<WorkerLock> {
  let isTold = false
  for (;;) {
    const lock = acquireWorkerLock(dataDir)
    if (lock) return lock
    if (!isTold) onWait()
    isTold = true
    await sleep(LOOK_AGAIN_MS)
  }
}
