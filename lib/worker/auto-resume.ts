import { inTransaction } from '@/db/client'
import { statfsSync } from 'node:fs'
import { SYSTEM_CLOCK, type Clock } from '@/lib/backends/session/clock'
import { failureKind } from '@/lib/backends/session/request-error'
import type { HoldReason } from '@/lib/contracts/job'
import { errorCode, errorMessage } from '@/lib/errors'
import { log } from '@/lib/log'
import { listHeld, resumeHeld, type Held } from '@/lib/queue/holds'
import type { JobSurroundings } from './run-job'

// A person notices nothing of a restart that takes two seconds; later looks are rarer, because each opens the backend.
const FIRST_LOOK_MS = 2_000
const LOOK_CAP_MS = 30_000
const GROWTH = 1.5
// Looking into the table costs little, but a tick comes five times a second.
const TABLE_MS = 500
// A job that pauses again this soon after it went on shows that looking did not tell the truth, so the next look waits longer.
const RELAPSE_MS = 60_000
// Room for the largest transaction and the write-ahead log of some minutes.
const ENOUGH_BYTES = 64 * 2 ** 20

/** Reasons that pass without a person. */
const PASSING: readonly HoldReason[] = ['backend_down', 'disk_full']

interface Look {
  next: number
  tries: number
  looking: boolean
  /** When its jobs last went on. */
  resumedAt: number | null
}

/** Returns free bytes of the file system that a folder lies on. */
function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** What tests put in place of the real thing. */
interface HoldOptions {
  clock?: Clock
  freeBytes?: (folder: string) => number
}

/**
 * Looks after jobs that paused by themselves: asks their backend whether it is back, looks whether the disk has room, and
 * lets them go on. What it waits for lies in the jobs table, so it survives restarts.
 */
export class HoldWatch {
  private readonly looks = new Map<string, Look>()
  private readonly stopped = new AbortController()
  private readonly clock: Clock
  private nextTable = -Infinity

  constructor(
    private readonly around: Pick<JobSurroundings, 'db' | 'pool' | 'config'>,
    private readonly options: HoldOptions = {},
  ) {
    this.clock = options.clock ?? SYSTEM_CLOCK
  }

  /** Begins the looks that are due; never waits for one. */
  tick(): void {
    const now = this.clock.now()
    if (now < this.nextTable || this.stopped.signal.aborted) return
    this.nextTable = now + TABLE_MS
    for (const held of listHeld(this.around.db)) {
      if (!PASSING.includes(held.reason)) continue
      const look = this.lookOf(held, now)
      if (look.looking || now < look.next) continue
      look.looking = true
      void this.look(held, look)
    }
  }

  /** Ends the looks; jobs stay paused and are looked after by the next worker. */
  stop(): void {
    this.stopped.abort()
  }

  private lookOf(held: Held, now: number): Look {
    const key = `${held.reason} ${held.backendId ?? ''}`
    const known = this.looks.get(key)
    if (known && known.resumedAt === null) return known
    const relapsed = known?.resumedAt != null && now - known.resumedAt < RELAPSE_MS
    const tries = relapsed && known ? known.tries + 1 : 0
    const look = { next: now + waitOf(tries), tries, looking: false, resumedAt: null }
    this.looks.set(key, look)
    return look
  }

  private async look(held: Held, look: Look): Promise<void> {
    const { db } = this.around
    try {
      const message = await this.over(held)
      if (message !== null && !this.stopped.signal.aborted) {
        const ids = inTransaction(db, () => resumeHeld(db, held, message))
        if (ids.length > 0) log().info({ jobs: ids, reason: held.reason }, 'jobs go on')
        look.resumedAt = this.clock.now()
        return
      }
    } catch (error) {
      log().debug({ err: error, reason: held.reason }, 'what jobs wait for is not over')
    } finally {
      look.looking = false
    }
    look.tries += 1
    look.next = this.clock.now() + waitOf(look.tries)
  }

  /** Returns how the log names the end of the trouble, or null while it lasts. */
  private async over({ reason, backendId }: Held): Promise<string | null> {
    if (reason === 'disk_full') {
      const free = (this.options.freeBytes ?? freeBytes)(this.around.config.dataDir)
      return free >= ENOUGH_BYTES ? 'The disk has room again; the job goes on.' : null
    }
    if (backendId === null) return 'The job goes on.'
    try {
      await this.around.pool.check(backendId, this.stopped.signal)
      return 'The backend answers again; the job goes on.'
    } catch (error) {
      const kind = failureKind(error)
      const back = kind === 'config' && errorCode(error) !== 'backend_unavailable'
      // It answers, though not as hoped (a refused key, another model): the job itself finds out and says so.
      return back ? `The job goes on to see: ${errorMessage(error)}` : null
    }
  }
}

function waitOf(tries: number): number {
  return Math.min(LOOK_CAP_MS, FIRST_LOOK_MS * GROWTH ** tries)
}
