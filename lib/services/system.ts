import { eq, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { jobs, settings } from '@/db/schema'
import type { SystemInfo } from '@/lib/contracts/compute'
import { APP_VERSION } from './compute/definition'
import type { ServiceContext } from './context'

// The worker beats every 2 s; only arithmetic that blocks it for very long stays silent longer than this.
const SILENT_MS = 60_000

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Returns whether a worker serves this database, from its heartbeat and its process. */
export function workerState(db: Db, now = Date.now()): SystemInfo['worker'] {
  const row = db.select().from(settings).where(eq(settings.key, 'worker')).get()
  const value = (row?.value ?? {}) as { pid?: unknown; heartbeatAt?: unknown }
  const pid = typeof value.pid === 'number' ? value.pid : null
  const heartbeatAt = typeof value.heartbeatAt === 'number' ? value.heartbeatAt : null
  const recent = heartbeatAt !== null && Math.abs(now - heartbeatAt) < SILENT_MS
  return { alive: recent && pid !== null && processLives(pid), heartbeatAt, pid }
}

/** Returns the facts of this installation that the pages show. */
export function systemInfo({ db, config }: ServiceContext): SystemInfo {
  const active = db
    .select({ n: sql<number>`count(*)` })
    .from(jobs)
    .where(sql`${jobs.state} in ('queued', 'running')`)
    .get()
  return {
    version: APP_VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    worker: workerState(db),
    dataDir: config.dataDir,
    cacheDir: config.cacheDir,
    activeJobs: active?.n ?? 0,
  }
}
