import fs from 'node:fs'
import path from 'node:path'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { settings } from '@/db/schema'

// Who serves lies in the database; that it still lives is the time stamp of a file, which a full disk, a long transaction
// and a busy event loop leave alone.
const KEY = 'worker'

function beatFile(dataDir: string): string {
  return path.join(dataDir, 'worker.beat')
}

/** What a worker left of itself. */
export interface Heartbeat {
  pid: number | null
  /** Time of the last beat in milliseconds; null without one. */
  at: number | null
}

/** Says that this process serves the data folder from now on. */
export function announceWorker(db: Db, dataDir: string, owner: string, now = Date.now()): void {
  const value = { pid: process.pid, startedAt: now, owner }
  beat(dataDir)
  db.insert(settings)
    .values({ key: KEY, value, updatedAt: now })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: now } })
    .run()
}

/** Says that nobody serves the data folder any more. */
export function retireWorker(db: Db, dataDir: string): void {
  fs.rmSync(beatFile(dataDir), { force: true })
  db.delete(settings).where(eq(settings.key, KEY)).run()
}

/** Sets the time of the last beat to now. */
export function beat(dataDir: string): void {
  const file = beatFile(dataDir)
  const now = new Date()
  try {
    fs.utimesSync(file, now, now)
  } catch {
    fs.writeFileSync(file, '', { mode: 0o600 })
  }
}

/** Returns who served the data folder last, and when it last said so. */
export function lastHeartbeat(db: Db, dataDir: string): Heartbeat {
  const row = db.select().from(settings).where(eq(settings.key, KEY)).get()
  const { pid } = (row?.value ?? {}) as { pid?: unknown }
  const at = fs.statSync(/*turbopackIgnore: true*/ beatFile(dataDir), { throwIfNoEntry: false })
  return { pid: typeof pid === 'number' ? pid : null, at: at?.mtimeMs ?? null }
}
