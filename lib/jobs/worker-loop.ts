import { setTimeout as sleep } from 'node:timers/promises'
import { settings } from '@/db/schema'
import { log } from '@/lib/log'
import { HoldWatch } from './holds'
import { JOB_KINDS, lanes } from './index'
import {
  claim,
  extendLease,
  LONGEST_WAIT_MS,
  pendingRequests,
  recoverLeases,
  release,
} from './leases'
import { runJob, type JobSurroundings, type StopReason } from './run-job'
import { addEvent, type JobRow } from './queue'
import type { JobKind } from './types'

// A stop asked for on the page reaches the job within this time.
const TICK_MS = 200
const HEARTBEAT_MS = 2_000
const LEASE_RENEWAL_MS = 10_000
const COMPLAINT_MS = 30_000
// Handlers stop at their next safe point; one that hangs in native code is left behind.
const SHUTDOWN_GRACE_MS = 8_000
/** Key of the setting that holds the worker's heartbeat. */
export const HEARTBEAT_KEY = 'worker'

interface Running {
  row: JobRow
  stop: AbortController
  ended: Promise<void>
}

/** Takes jobs from the queue, one a lane, runs them, and passes on what users ask of them. */
export class WorkerLoop {
  private readonly running = new Map<string, Running>()
  private readonly byLane: Map<string, string[]>
  private readonly startedAt = Date.now()
  private readonly holds: HoldWatch
  private lastHeartbeat = -Infinity
  private lastRenewal = -Infinity
  private lastComplaint = -Infinity
  private stopping = false

  constructor(
    private readonly around: JobSurroundings,
    private readonly kinds: readonly JobKind[] = JOB_KINDS,
  ) {
    this.byLane = lanes(kinds)
    this.holds = new HoldWatch(around)
  }

  /** Puts right what a dead worker left: its jobs wait again, half-done staging goes. Call while holding the lock. */
  recover(): void {
    const { db, owner } = this.around
    for (const { cleanup } of this.kinds) cleanup?.(db)
    const found = db.transaction(() => recoverLeases(db, owner, { all: true }), {
      behavior: 'immediate',
    })
    if (found.length > 0) log().warn({ jobs: found }, 'jobs of a dead worker wait again')
  }

  /** Runs until `stop`; errors of the database are logged and the loop goes on. */
  async run(): Promise<void> {
    while (!this.stopping) {
      try {
        this.tick()
      } catch (error) {
        this.complain(error)
      }
      await sleep(TICK_MS)
    }
  }

  /** A full disk fails every tick; the log, which may lie on it, hears of it now and then. */
  private complain(error: unknown): void {
    const now = performance.now()
    if (now - this.lastComplaint < COMPLAINT_MS) return
    this.lastComplaint = now
    log().error({ err: error }, 'the worker could not read its queue')
  }

  /** Stops all jobs (they wait again) and the loop; resolves when the handlers have ended or time is up. */
  async stop(): Promise<void> {
    this.stopping = true
    this.holds.stop()
    for (const job of this.running.values()) job.stop.abort('shutdown' satisfies StopReason)
    const ended = Promise.all([...this.running.values()].map((job) => job.ended))
    await Promise.race([ended, sleep(SHUTDOWN_GRACE_MS)])
    const { db, owner } = this.around
    for (const { row } of this.running.values()) release(db, row.no, owner, 'queued')
    db.$client.prepare('delete from settings where key = ?').run(HEARTBEAT_KEY)
  }

  /** Whether a job runs in any lane. */
  get busy(): boolean {
    return this.running.size > 0
  }

  /** One turn: heartbeat, leases, requests of users, new jobs. */
  tick(now = Date.now()): void {
    const { db, owner } = this.around
    // Intervals follow the monotonic clock: a corrected wall clock must not silence the worker.
    const elapsed = performance.now()
    if (elapsed - this.lastHeartbeat >= HEARTBEAT_MS) {
      this.lastHeartbeat = elapsed
      const value = { pid: process.pid, startedAt: this.startedAt, heartbeatAt: now, owner }
      db.insert(settings)
        .values({ key: HEARTBEAT_KEY, value, updatedAt: now })
        .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: now } })
        .run()
    }
    if (elapsed - this.lastRenewal >= LEASE_RENEWAL_MS) {
      this.lastRenewal = elapsed
      for (const { row, stop } of this.running.values()) {
        if (!extendLease(db, row.no, owner, now)) stop.abort('lost' satisfies StopReason)
      }
    }
    if (this.running.size > 0) {
      for (const { no, request } of pendingRequests(db, owner)) {
        for (const { row, stop } of this.running.values()) {
          if (row.no === no && !stop.signal.aborted) stop.abort(request satisfies StopReason)
        }
      }
    }
    this.holds.tick()
    for (const [lane, kinds] of this.byLane) {
      if (!this.running.has(lane)) this.next(lane, kinds, now)
    }
  }

  private next(lane: string, kinds: readonly string[], now: number): void {
    const { db, owner } = this.around
    const waiting = db.$client
      .prepare(
        `select 1 from jobs where state = 'queued' and (run_after <= ? or run_after > ?) and kind in (${kinds.map(() => '?').join()}) limit 1`,
      )
      .get(now, now + LONGEST_WAIT_MS, ...kinds)
    // Claiming takes the write lock, so an idle worker only reads.
    if (waiting === undefined) return
    const row = claim(db, owner, kinds, now)
    const kind = this.kinds.find((entry) => entry.kind === row?.kind)
    if (!row || !kind) return
    addEvent(
      db,
      row.no,
      'info',
      row.attempts > 1 ? `Went on (attempt ${row.attempts}).` : 'Started.',
    )
    const stop = new AbortController()
    const ended = runJob(this.around, kind, row, stop.signal)
      .catch((error: unknown) =>
        log().error({ err: error, job: row.id }, 'the end of a job could not be written'),
      )
      .finally(() => this.running.delete(lane))
    this.running.set(lane, { row, stop, ended })
  }
}
