import { and, asc, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { jobs } from '@/db/schema'
import { jsonPart, readableRows, type UnreadableRow } from '@/db/stored-json'
import type { HoldReason, JobProgress, JobState } from '@/lib/contracts/job'
import type { ErrorCode } from '@/lib/errors'
import { addEvent, type JobRow, type Queryable } from './queue'

// A live worker renews every few seconds; a minute survives a stalled disk and a laptop's short sleep.
export const LEASE_MS = 60_000
// Once may be the machine's fault; a job that does it again where it was will do it for ever.
const MAX_STUCK_CRASHES = 2
// Requests that are answered anew each time look like progress; without a row done, it is none.
const MAX_IDLE_CRASHES = 8
// Attempts after a backend went away; the HTTP layer has already retried each request for minutes.
const MAX_ATTEMPTS = 4
const BACKOFF_BASE_MS = 15_000
const BACKOFF_CAP_MS = 300_000
/** No job waits longer than this: a later time was written before the clock was set back, and counts as now. */
export const LONGEST_WAIT_MS = 2 * BACKOFF_CAP_MS
const RETRY_CODES: readonly ErrorCode[] = ['backend_unavailable', 'rate_limited']

/** A job that waits, as the choice of the next one sees it. */
export interface WaitingJob {
  no: number
  kind: string
  payload: Record<string, unknown>
  /** Since when it waits for its turn. */
  runAfter: number
  /** Whether a worker died during it and it has not got on since. */
  suspect: boolean
}

// How far a job has come: rows done, and requests that were answered.
const DONE = sql`coalesce(${jsonPart(jobs.progress, '$.done')}, 0)`
const ANSWERED = sql`coalesce(${jsonPart(jobs.progress, '$.meter.requests')} - ${jsonPart(jobs.progress, '$.meter.retries')}, 0)`
const SUSPECT = sql<number>`(${jsonPart(jobs.progress, '$.crashes')} is not null
  and ${DONE} <= ${jsonPart(jobs.progress, '$.crashes.done')}
  and ${ANSWERED} <= ${jsonPart(jobs.progress, '$.crashes.requests')})`

/** Ends jobs whose stored values cannot be read, so that they do not hold up the others. */
function failUnreadable(
  db: Queryable,
  found: readonly UnreadableRow<{ no: number }>[],
  now: number,
): void {
  for (const { row, error } of found) {
    if (row.no === undefined) continue
    db.update(jobs)
      .set({
        state: 'failed',
        request: null,
        leaseOwner: null,
        leaseUntil: null,
        error: error.message,
        errorCode: error.code,
        finishedAt: now,
      })
      .where(eq(jobs.no, row.no))
      .run()
    addEvent(db, row.no, 'error', error.message, now)
  }
}

/** Returns the jobs whose time has come, in the order of their turns: by priority, then by arrival. */
function waitingJobs(db: Queryable, kinds: readonly string[], now = Date.now()): WaitingJob[] {
  const query = db
    .select({ ...getTableColumns(jobs), suspect: SUSPECT })
    .from(jobs)
    .where(
      and(
        eq(jobs.state, 'queued'),
        sql`(${jobs.runAfter} <= ${now} or ${jobs.runAfter} > ${now + LONGEST_WAIT_MS})`,
        inArray(jobs.kind, [...kinds]),
      ),
    )
    .orderBy(desc(jobs.priority), asc(jobs.no))
  const { rows, unreadable } = readableRows(() => query.all())
  failUnreadable(db, unreadable, now)
  return rows.map((job) => ({ ...job, suspect: job.suspect === 1 }))
}

/** Returns whether this worker runs a job during which one died and which has not got on since. */
export function runsSuspect(db: Queryable, owner: string): boolean {
  const running = and(eq(jobs.state, 'running'), eq(jobs.leaseOwner, owner), SUSPECT)
  return db.select({ no: jobs.no }).from(jobs).where(running).limit(1).get() !== undefined
}

/**
 * Takes the next waiting job of the given kinds that `accept` lets run for `owner`, or returns null. It is taken in one
 * statement, so two workers never share one.
 */
export function claim(
  db: Queryable,
  owner: string,
  kinds: readonly string[],
  now = Date.now(),
  accept: (job: WaitingJob) => boolean = () => true,
): JobRow | null {
  for (const job of waitingJobs(db, kinds, now)) {
    const row = accept(job) ? take(db, owner, job.no, now) : null
    if (row) return row
  }
  return null
}

function take(db: Queryable, owner: string, no: number, now: number): JobRow | null {
  const row = db
    .update(jobs)
    .set({
      state: 'running',
      request: null,
      leaseOwner: owner,
      leaseUntil: now + LEASE_MS,
      attempts: sql`${jobs.attempts} + 1`,
      startedAt: sql`coalesce(${jobs.startedAt}, ${now})`,
      finishedAt: null,
      hold: null,
      error: null,
      errorCode: null,
    })
    .where(and(eq(jobs.no, no), eq(jobs.state, 'queued')))
    .returning()
    .get() as JobRow | undefined
  return row ?? null
}

function owned(no: number, owner: string) {
  return and(eq(jobs.no, no), eq(jobs.state, 'running'), eq(jobs.leaseOwner, owner))
}

/** Renews the lease; returns false when the job is no longer this worker's. */
export function extendLease(db: Queryable, no: number, owner: string, now = Date.now()): boolean {
  return (
    db
      .update(jobs)
      .set({ leaseUntil: now + LEASE_MS })
      .where(owned(no, owner))
      .run().changes === 1
  )
}

/** Returns the jobs that this worker runs, with what users asked of them. */
export function runningJobs(
  db: Queryable,
  owner: string,
): { no: number; request: 'cancel' | 'pause' | null }[] {
  return db
    .select({ no: jobs.no, request: jobs.request })
    .from(jobs)
    .where(and(eq(jobs.state, 'running'), eq(jobs.leaseOwner, owner)))
    .all()
}

/** Returns what users asked of the jobs that this worker runs. */
export function pendingRequests(
  db: Queryable,
  owner: string,
): { no: number; request: 'cancel' | 'pause' }[] {
  return runningJobs(db, owner).flatMap(({ no, request }) => (request ? [{ no, request }] : []))
}

/**
 * Writes progress; call it in the transaction that commits the results it counts. Progress since the last start clears
 * the count of crashes. Returns false when the lease was lost: then nothing may be committed.
 */
export function saveProgress(
  db: Queryable,
  no: number,
  owner: string,
  progress: JobProgress,
): boolean {
  const moved = sql`${DONE} < ${progress.done}`
  const attempts = sql`case when ${moved} then 1 else ${jobs.attempts} end`
  return db.update(jobs).set({ progress, attempts }).where(owned(no, owner)).run().changes === 1
}

/** Ends a job well. Returns false when the lease was lost. */
export function finish(
  db: Queryable,
  no: number,
  owner: string,
  result: Record<string, unknown> | null,
  now = Date.now(),
): boolean {
  return (
    db
      .update(jobs)
      .set({
        state: 'succeeded',
        request: null,
        result,
        finishedAt: now,
        leaseOwner: null,
        leaseUntil: null,
      })
      .where(owned(no, owner))
      .run().changes === 1
  )
}

/**
 * Ends an attempt that threw. A backend that is away or busy sends the job back to wait (15 s, doubling, at most 5 min,
 * 4 attempts in all); anything else fails it. Returns the state it is left in, or null when the lease was lost.
 */
export function fail(
  db: Queryable,
  no: number,
  owner: string,
  error: { code: ErrorCode; message: string; final?: boolean },
  now = Date.now(),
): JobState | null {
  const row = db.select({ attempts: jobs.attempts }).from(jobs).where(owned(no, owner)).get()
  if (!row) return null
  const again = !error.final && RETRY_CODES.includes(error.code) && row.attempts < MAX_ATTEMPTS
  const wait = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (row.attempts - 1))
  const state: JobState = again ? 'queued' : 'failed'
  db.update(jobs)
    .set({
      state,
      request: null,
      error: error.message,
      errorCode: error.code,
      leaseOwner: null,
      leaseUntil: null,
      ...(again ? { runAfter: now + wait } : { finishedAt: now }),
    })
    .where(eq(jobs.no, no))
    .run()
  const next = again ? ` Trying again in ${Math.round(wait / 1000)} s.` : ''
  addEvent(db, no, again ? 'warn' : 'error', `${error.message}${next}`, now)
  return state
}

/** Pauses a job that cannot go on by itself, with the reason on its page. Returns false when the lease was lost. */
export function pauseItself(
  db: Queryable,
  no: number,
  owner: string,
  why: { reason: HoldReason; message: string; backendId?: string | null },
  now = Date.now(),
): boolean {
  const { changes } = db
    .update(jobs)
    .set({
      state: 'paused',
      request: null,
      error: why.message,
      errorCode: why.reason,
      hold: { reason: why.reason, backendId: why.backendId ?? null, since: now },
      leaseOwner: null,
      leaseUntil: null,
      attempts: 0,
      runAfter: now,
    })
    .where(owned(no, owner))
    .run()
  if (changes === 1) addEvent(db, no, 'warn', `Paused: ${why.message}`, now)
  return changes === 1
}

/** Puts a stopped job where the stop asked for: paused, cancelled, or (shutdown) back in the queue at no cost. */
export function release(
  db: Queryable,
  no: number,
  owner: string,
  state: 'queued' | 'paused' | 'cancelled',
  now = Date.now(),
): boolean {
  return (
    db
      .update(jobs)
      .set({
        state,
        request: null,
        leaseOwner: null,
        leaseUntil: null,
        attempts: sql`max(0, ${jobs.attempts} - 1)`,
        ...(state === 'cancelled' ? { finishedAt: now } : { runAfter: now }),
      })
      .where(owned(no, owner))
      .run().changes === 1
  )
}

/** Returns the count after one more death of the worker. A later attempt that only repeats what was done has not got on. */
function crashesOf({ done, meter, crashes }: JobProgress): NonNullable<JobProgress['crashes']> {
  const before = crashes ?? { stuck: 0, idle: 0, done: 0, requests: 0 }
  const requests = Math.max(0, meter.requests - meter.retries)
  const moved = done > before.done
  return {
    stuck: moved || requests > before.requests ? 1 : before.stuck + 1,
    idle: moved ? 1 : before.idle + 1,
    done: Math.max(done, before.done),
    requests: Math.max(requests, before.requests),
  }
}

function crashMessage(times: number): string {
  return `The worker stopped unexpectedly ${times} times during this job without any progress in between, so the job was not started again. What it had committed is kept. The worker's log may name the cause (often memory); put it right, then retry the job.`
}

/**
 * Returns to the queue every running job that no living worker holds: all jobs of other owners when `all` is set (the
 * caller holds the folder's lock, so they are dead), else those whose lease ran out. Returns their ids.
 */
export function recoverLeases(
  db: Queryable,
  owner: string,
  options: { all: boolean },
  now = Date.now(),
): string[] {
  const expired = options.all ? sql`1` : sql`coalesce(${jobs.leaseUntil}, 0) < ${now}`
  const query = db
    .select()
    .from(jobs)
    .where(
      and(eq(jobs.state, 'running'), sql`coalesce(${jobs.leaseOwner}, '') <> ${owner}`, expired),
    )
  const { rows: dead, unreadable } = readableRows(() => query.all())
  failUnreadable(db, unreadable, now)
  for (const row of dead) {
    const wanted =
      row.request === 'cancel' ? 'cancelled' : row.request === 'pause' ? 'paused' : 'queued'
    const crashes = crashesOf(row.progress)
    const isOver = crashes.stuck >= MAX_STUCK_CRASHES || crashes.idle >= MAX_IDLE_CRASHES
    const state: JobState = wanted === 'queued' && isOver ? 'failed' : wanted
    const ended = state === 'failed' || state === 'cancelled'
    db.update(jobs)
      .set({
        state,
        request: null,
        leaseOwner: null,
        leaseUntil: null,
        runAfter: now,
        progress: { ...row.progress, crashes },
        ...(ended ? { finishedAt: now } : {}),
        ...(state === 'failed'
          ? {
              errorCode: 'internal',
              error: crashMessage(crashes.idle),
            }
          : {}),
      })
      .where(eq(jobs.no, row.no))
      .run()
    addEvent(
      db,
      row.no,
      'warn',
      'The worker stopped during this job; what it had committed is kept.',
      now,
    )
  }
  return dead.map((row) => row.id)
}
