import { randomUUID } from 'node:crypto'
import { fstatSync } from 'node:fs'
import os from 'node:os'
import v8 from 'node:v8'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { log } from '@/lib/log'
import { ensureBuiltInBackends, probeBuiltIns, probeReturned } from '@/lib/services/backends'
import { BackendPool } from './backend-pool'
import { waitForWorkerLock } from './lock'
import { retireWorker } from '@/lib/queue/heartbeat'
import { scheduleIndexing } from './handlers/index-texts'
import { schedulePurge } from './handlers/purge'
import type { JobKind } from './types'
import { startWatch } from './watch'
import { WorkerLoop } from './loop'

// Rows are read once and in order, so mapping the whole file only makes this process look as large as the file.
const MAPPED_BYTES = 32 * 2 ** 20
// Parsed replies die young; left alone, the heap grows to several times of what lives in it.
const HEAP_GROWTH_PERCENT = 40
// How long a page may go on saying that a model file is missing.
const RETURNED_MS = 2_000

// A model that is being loaded hears of nothing. The supervisor kills after eight seconds; before that the database is
// closed in order, and what was not given back by then is recovered at the next start.
const GIVE_BACK_MS = 5_000

// Ctrl-C reaches the whole process group, so the supervisor's own signal may follow at once.
const IMPATIENT_MS = 2_000

/** Whether standard input is a pipe, which its other end holds open as long as it lives. */
function followsParent(): boolean {
  const input = fstatSync(0)
  return input.isFIFO() || input.isSocket()
}

/** Ends this process when the one that started it is gone. */
function followParent(stop: () => void): void {
  if (!followsParent()) return
  process.stdin.on('end', stop)
  process.stdin.on('close', stop)
  process.stdin.on('error', stop)
  process.stdin.resume()
}

/** Serves the data folder with these kinds of jobs until it is told to stop; this is the worker's whole process. */
export async function runWorkerProcess(kinds: readonly JobKind[]): Promise<void> {
  v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  const config = readConfig()
  // Replaced once there is something to give back.
  let stop: () => void = () => process.exit(0)
  process.on('SIGTERM', () => stop())
  process.on('SIGINT', () => stop())
  followParent(() => stop())
  const lock = await waitForWorkerLock(config.dataDir, () =>
    log().warn(
      { dataDir: config.dataDir },
      'another worker serves this data folder; this one takes over when it ends',
    ),
  )
  const db = openDatabase(config.databasePath)
  db.$client.pragma(`mmap_size = ${MAPPED_BYTES}`)
  migrateDatabase(db)
  ensureBuiltInBackends(db)
  const { databasePath, dataDir } = config
  const owner = randomUUID()
  // Before the priority is lowered: threads inherit it, and this one must be heard while a build takes all cores.
  const watch = await startWatch({ databasePath, dataDir, owner, followsParent: followsParent() })
  try {
    os.setPriority(config.niceness)
  } catch (error) {
    log().warn({ err: error }, 'the priority could not be lowered')
  }
  const pool = new BackendPool(db, config)
  const loop = new WorkerLoop({ db, config, pool, owner }, kinds)
  loop.recover()
  probeBuiltIns(db)
  schedulePurge(db)
  scheduleIndexing(db)
  const asked = new Set<string>()
  setInterval(() => probeReturned(db, config, asked), RETURNED_MS).unref()

  let stoppingSince: number | null = null
  stop = () => {
    if (stoppingSince !== null) {
      // Asked again later: somebody is in a hurry, and the leases are recovered at the next start anyway.
      if (Date.now() - stoppingSince > IMPATIENT_MS) process.exit(1)
      return
    }
    stoppingSince = Date.now()
    const late = new Promise((resolve) => setTimeout(resolve, GIVE_BACK_MS))
    void Promise.race([loop.stop().then(() => pool.closeAll()), late])
      .then(() => watch.stop())
      .then(() => retireWorker(db, dataDir))
      .catch((error: unknown) => log().error({ err: error }, 'stopping failed'))
      .finally(() => {
        db.$client.close()
        lock.release()
        process.exit(0)
      })
  }
  log().info({ pid: process.pid, dataDir: config.dataDir }, 'worker ready')
  await loop.run()
}
