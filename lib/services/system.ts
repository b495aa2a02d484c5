import type { SystemInfo } from '@/lib/contracts/compute'
import { isAlive } from '@/lib/process-alive'
import { lastHeartbeat } from '@/lib/queue/heartbeat'
import { countActive } from '@/lib/queue/lookups'
import { APP_VERSION } from './runs/definition'
import type { ServiceContext } from './context'

// The worker starts beside the page; a cold start took 20 s on a busy machine.
const STARTING_S = 30
// A thread of the worker beats every 2 s, whatever the jobs do; only a machine that stands still keeps it from that.
const SILENT_MS = 60_000

/** Returns whether a worker serves this data folder, from its heartbeat and its process. */
export function workerState(
  { db, config }: ServiceContext,
  now = Date.now(),
): SystemInfo['worker'] {
  const { pid, at: heartbeatAt } = lastHeartbeat(db, config.dataDir)
  const recent = heartbeatAt !== null && Math.abs(now - heartbeatAt) < SILENT_MS
  const alive = recent && pid !== null && isAlive(pid)
  return { alive, isStarting: !alive && process.uptime() < STARTING_S, heartbeatAt, pid }
}

/** Returns the facts of this installation that the pages show. */
export function systemInfo(context: ServiceContext): SystemInfo {
  const { db, config } = context
  return {
    version: APP_VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    worker: workerState(context),
    niceness: config.niceness,
    dataDir: config.dataDir,
    cacheDir: config.cacheDir,
    activeJobs: countActive(db),
  }
}
