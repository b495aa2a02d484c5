import { randomUUID } from 'node:crypto'
import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Queryable } from '@/db/client'
import { keepNewest } from '@/db/newest'
import { jobEvents, jobs } from '@/db/schema'
import { readableRows, type UnreadableRow } from '@/db/stored-json'
import {
  emptyProgress,
  type Job,
  type JobEvent,
  type JobProgress,
  type JobState,
} from '@/lib/contracts/job'
import { budgetReached, tokensOf, type Budget } from '@/lib/contracts/meter'
import { STATUSES } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import {
  jobTitle,
  kindOf,
  parsePayload,
  type JobName,
  type JobNames,
  type JobPayload,
} from './kinds'

// Every queue function runs in the caller's transaction.
export type { Queryable }

/** A row of the jobs table, as the worker sees it. */
export type JobRow = typeof jobs.$inferSelect

// A log is read by people: more lines than this say nothing new, and a job of weeks must not fill the disk.
const LOG_LINES = 1_000
// Looking once in so many lines keeps a log near its limit at no cost.
const TRIM_EVERY = 16

const RETRYABLE_STATUSES = new Set<string>(
  STATUSES.filter((status) => status.retryable).map((status) => status.name),
)

/** What the caller says of a new job. */
export interface NewJob<K extends JobName> {
  kind: K
  /** Ids and parameters only. */
  payload: JobPayload<K>
  /** What the payload's ids are called, for the title. */
  names: JobNames<K>
  studyId?: string | null
  /** Higher runs first; equal priorities run in order of arrival. */
  priority?: number
  progress?: Partial<JobProgress>
  budget?: Budget | null
}

/** Returns the job in the shape that pages read. */
export function toJob(row: JobRow): Job {
  const failedRows = Object.entries(row.progress.reasons).some(
    ([name, reason]) => reason.count > 0 && RETRYABLE_STATUSES.has(name),
  )
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    studyId: row.studyId,
    state: row.state,
    request: row.request,
    attempts: row.attempts,
    budget: row.budget,
    progress: row.progress,
    hold: row.hold,
    error: row.error,
    errorCode: row.errorCode,
    result: row.result,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    retryable:
      row.state === 'failed' ||
      row.state === 'cancelled' ||
      (row.state === 'succeeded' && failedRows),
  }
}

/** Returns the row of a job that cannot be read with nothing in the place of its JSON, and the reason as its error. */
function withoutUnreadable({ row, error }: UnreadableRow<JobRow>): JobRow {
  const none = { payload: {}, budget: null, hold: null, result: null, progress: emptyProgress() }
  return { ...none, ...row, error: error.message, errorCode: error.code } as JobRow
}

/** Returns the jobs of a query; what cannot be read of one is its error. */
function readJobs(query: () => JobRow[]): Job[] {
  const { rows, unreadable } = readableRows(query)
  return [...rows, ...unreadable.map(withoutUnreadable)].sort((a, b) => b.no - a.no).map(toJob)
}

function noSuchJob(): AppError {
  return new AppError('not_found', 'There is no such job; it may have been purged.')
}

function rowById(db: Queryable, id: string): JobRow {
  const row = db.select().from(jobs).where(eq(jobs.id, id)).get()
  if (!row) throw noSuchJob()
  return row
}

/** Adds a line to the job's log. */
export function addEvent(
  db: Queryable,
  jobNo: number,
  level: JobEvent['level'],
  message: string,
  now = Date.now(),
): void {
  const { no } = db
    .insert(jobEvents)
    .values({ jobNo, at: now, level, message })
    .returning({ no: jobEvents.no })
    .get()
  if (no % TRIM_EVERY === 0)
    keepNewest(db, jobEvents, jobEvents.no, eq(jobEvents.jobNo, jobNo), LOG_LINES)
}

/**
 * Adds a job and returns it; call inside the transaction that makes what the job works on. Throws `invalid_input` for a
 * payload that its kind does not know.
 */
export function enqueue<K extends JobName>(db: Queryable, job: NewJob<K>, now = Date.now()): Job {
  const payload = parsePayload(kindOf(job.kind), job.payload)
  const row = db
    .insert(jobs)
    .values({
      id: randomUUID(),
      kind: job.kind,
      payload,
      studyId: job.studyId ?? null,
      title: jobTitle(job.kind, payload, job.names),
      state: 'queued',
      priority: job.priority ?? 0,
      progress: { ...emptyProgress(), ...job.progress },
      budget: job.budget ?? null,
      runAfter: now,
      createdAt: now,
    })
    .returning()
    .get()
  return toJob(row)
}

/** Asks for a stop: a waiting job is cancelled at once, a running one within about 300 ms, or 10 s where it does not listen. */
export function requestCancel(db: Queryable, id: string, now = Date.now()): Job {
  // Whatever else the row holds: a job that cannot be read can be cancelled.
  const read = () => readJobs(() => db.select().from(jobs).where(eq(jobs.id, id)).all())[0]
  const row = read()
  if (!row) throw noSuchJob()
  if (row.state === 'queued' || row.state === 'paused') {
    db.update(jobs)
      .set({ state: 'cancelled', request: null, hold: null, finishedAt: now })
      .where(eq(jobs.id, id))
      .run()
  } else if (row.state === 'running') {
    db.update(jobs).set({ request: 'cancel' }).where(eq(jobs.id, id)).run()
  } else throw new AppError('conflict', `This job has ended already (${row.state}).`)
  return read() ?? row
}

/** Asks for a pause: a waiting job pauses at once, a running one at its next safe point. */
export function requestPause(db: Queryable, id: string): Job {
  const row = rowById(db, id)
  if (row.state === 'queued') {
    db.update(jobs).set({ state: 'paused' }).where(eq(jobs.no, row.no)).run()
  } else if (row.state === 'running' && row.request !== 'cancel') {
    db.update(jobs).set({ request: 'pause' }).where(eq(jobs.no, row.no)).run()
  } else if (row.state === 'paused') {
    // A pause by a person lasts, whatever the job was waiting for.
    db.update(jobs).set({ hold: null }).where(eq(jobs.no, row.no)).run()
  } else {
    throw new AppError(
      'conflict',
      `Only a waiting or running job can pause; this one is ${row.state}.`,
    )
  }
  return getJob(db, id)
}

/** Returns the budget of a job that is used up, in words, or null. */
function usedUp(row: JobRow, budget: Budget | null): string | null {
  const { meter, cost, activeMs } = row.progress
  return budgetReached(budget, {
    tokens: tokensOf(meter),
    money: cost?.amount ?? null,
    seconds: activeMs / 1000,
  })
}

/** Changes what a job may use up; null = no limit. A running job is bound by it from its next attempt on. */
export function setBudget(db: Queryable, id: string, budget: Budget | null): Job {
  const row = rowById(db, id)
  db.update(jobs).set({ budget }).where(eq(jobs.no, row.no)).run()
  return getJob(db, id)
}

/**
 * Lets a paused job go on, or takes back a pause that has not happened yet. A job whose budget is used up needs a higher
 * one (`conflict`); set it first.
 */
export function resumeJob(db: Queryable, id: string, now = Date.now()): Job {
  const row = rowById(db, id)
  if (row.state === 'paused') {
    const reached = usedUp(row, row.budget)
    if (reached !== null) {
      throw new AppError(
        'conflict',
        `The ${reached} is used up. Resume with a higher budget, or without one.`,
      )
    }
    db.update(jobs)
      .set({
        state: 'queued',
        request: null,
        runAfter: now,
        hold: null,
        error: null,
        errorCode: null,
      })
      .where(eq(jobs.no, row.no))
      .run()
  } else if (row.state === 'running' && row.request === 'pause') {
    db.update(jobs).set({ request: null }).where(eq(jobs.no, row.no)).run()
  } else if (row.state !== 'queued' && row.state !== 'running') {
    throw new AppError('conflict', `Only a paused job can go on; this one is ${row.state}.`)
  }
  return getJob(db, id)
}

/** Queues an ended job again; what was done stays done. */
export function retryJob(db: Queryable, id: string, now = Date.now()): Job {
  const row = rowById(db, id)
  if (!toJob(row).retryable) throw new AppError('conflict', 'This job has nothing to retry.')
  db.update(jobs)
    .set({
      state: 'queued',
      request: null,
      attempts: 0,
      hold: null,
      error: null,
      errorCode: null,
      finishedAt: null,
      runAfter: now,
      progress: { ...row.progress, failed: 0, reasons: {}, requestErrors: {}, crashes: null },
    })
    .where(eq(jobs.no, row.no))
    .run()
  addEvent(db, row.no, 'info', 'Queued again by the user.', now)
  return getJob(db, id)
}

/** Returns one job; `not_found` when it is gone. */
export function getJob(db: Queryable, id: string): Job {
  return toJob(rowById(db, id))
}

/** Returns the row of one job with its payload; `not_found` when it is gone. */
export function getJobRow(db: Queryable, id: string): JobRow {
  return rowById(db, id)
}

/** Returns jobs, newest first; what cannot be read of one is its error, and the others are listed all the same. */
export function listJobs(
  db: Queryable,
  filter: { studyId?: string; states?: readonly JobState[]; kind?: string; limit?: number } = {},
): Job[] {
  const query = db
    .select()
    .from(jobs)
    .where(
      and(
        filter.studyId === undefined ? undefined : eq(jobs.studyId, filter.studyId),
        filter.states === undefined ? undefined : inArray(jobs.state, [...filter.states]),
        filter.kind === undefined ? undefined : eq(jobs.kind, filter.kind),
      ),
    )
    .orderBy(desc(jobs.no))
    .limit(filter.limit ?? 200)
  return readJobs(() => query.all())
}

/** Returns the newest log lines of a job, oldest first. */
export function listEvents(db: Queryable, id: string, limit = 200): JobEvent[] {
  const row = rowById(db, id)
  return db
    .select({ at: jobEvents.at, level: jobEvents.level, message: jobEvents.message })
    .from(jobEvents)
    .where(eq(jobEvents.jobNo, row.no))
    .orderBy(desc(jobEvents.no))
    .limit(limit)
    .all()
    .reverse()
}
