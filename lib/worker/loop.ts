import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction } from '@/db/client'
import { log } from '@/lib/log'
import { HoldWatch } from './auto-resume'
import { announceWorker } from '@/lib/queue/heartbeat'
import { extendLease, pendingRequests, recoverLeases, release } from '@/lib/queue/leases'
import { runJob, type JobSurroundings, type StopReason } from './run-job'
import { addEvent, type JobRow } from '@/lib/queue/queue'
import { Schedule, type Held } from './schedule'
import type { JobKind } from './types'

// A stop asked for on the page reaches the job within this time.
const TICK_MS = 200
const LEASE_RENEWAL_MS = 10_000
const COMPLAINT_MS = 30_000
// Handlers stop at their next safe point; from one that does not, its job is taken. Less than the process waits for that
// (process.ts), or the job would be found at the next start as one during which a worker died.
const SHUTDOWN_GRACE_MS = 3_500

interface Running {
  row: JobRow
  held: Held
  stop: AbortController
  ended: Promise<void>
}

/** Takes jobs from the queue, side by side where they use different backends, and passes on what users ask of them. */
export class WorkerLoop {
  private readonly running = new Set<Running>()
  private readonly schedule: Schedule
  private readonly holds: HoldWatch
  private lastRenewal = -Infinity
  private lastComplaint = -Infinity
  private stopping = false

  constructor(
    private readonly around: JobSurroundings,
    private readonly kinds: readonly JobKind[],
  ) {
    this.schedule = new Schedule(around, kinds)
    this.holds = new HoldWatch(around)
  }

  /** Puts right what a dead worker left: its jobs wait again, half-done staging goes. Call while holding the lock. */
  recover(): void {
    const { db, owner, config } = this.around
    announceWorker(db, config.dataDir, owner)
    for (const { cleanup } of this.kinds) cleanup?.(db)
    const found = inTransaction(db, () => recoverLeases(db, owner, { all: true }))
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
    for (const job of this.running) job.stop.abort('shutdown' satisfies StopReason)
    const ended = Promise.all([...this.running].map((job) => job.ended))
    await Promise.race([ended, sleep(SHUTDOWN_GRACE_MS)])
    const { db, owner } = this.around
    for (const { row } of this.running) release(db, row.no, owner, 'queued')
  }

  /** Whether a job runs. */
  get busy(): boolean {
    return this.running.size > 0
  }

  /** One turn: leases, requests of users, new jobs. */
  tick(now = Date.now()): void {
    const { db, owner } = this.around
    // Intervals follow the monotonic clock: a corrected wall clock must not silence the worker.
    const elapsed = performance.now()
    if (elapsed - this.lastRenewal >= LEASE_RENEWAL_MS) {
      this.lastRenewal = elapsed
      for (const { row, stop } of this.running) {
        if (!extendLease(db, row.no, owner, now)) stop.abort('lost' satisfies StopReason)
      }
    }
    if (this.running.size > 0) {
      for (const { no, request } of pendingRequests(db, owner)) {
        for (const { row, stop } of this.running) {
          if (row.no === no && !stop.signal.aborted) stop.abort(request satisfies StopReason)
        }
      }
    }
    this.holds.tick()
    while (this.next(now));
  }

  /** Starts the next job that can run now; returns whether there was one. */
  private next(now: number): boolean {
    const { db } = this.around
    const running = [...this.running].map(({ held }) => held)
    const found = this.schedule.next(running, now)
    if (!found) return false
    const { row, kind, held } = found
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
      .finally(() => this.running.delete(entry))
    const entry: Running = { row, held, stop, ended }
    this.running.add(entry)
    return true
  }
}
