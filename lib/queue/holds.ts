import { and, eq, sql } from 'drizzle-orm'
import { jobs } from '@/db/schema'
import { jsonPart } from '@/db/stored-json'
import type { HoldReason, JobHold } from '@/lib/contracts/job'
import { addEvent, type Queryable } from './queue'

/** What jobs that paused by themselves wait for. */
export type Held = Pick<JobHold, 'reason' | 'backendId'>

const REASON = jsonPart<HoldReason>(jobs.hold, '$.reason')
const BACKEND = jsonPart<string | null>(jobs.hold, '$.backendId')

/** Returns what jobs wait for that paused by themselves, each once. Those that a person paused wait for nothing. */
export function listHeld(db: Queryable): Held[] {
  return db
    .selectDistinct({ reason: REASON, backendId: BACKEND })
    .from(jobs)
    .where(and(eq(jobs.state, 'paused'), sql`${REASON} is not null`))
    .all()
}

/** Queues the jobs that paused themselves for this reason; returns their ids. Those that a person paused stay. */
export function resumeHeld(
  db: Queryable,
  { reason, backendId }: Held,
  message: string,
  now = Date.now(),
): string[] {
  const found = db
    .select({ no: jobs.no, id: jobs.id })
    .from(jobs)
    .where(
      and(eq(jobs.state, 'paused'), sql`${REASON} = ${reason}`, sql`${BACKEND} is ${backendId}`),
    )
    .all()
  for (const { no } of found) {
    db.update(jobs)
      .set({
        state: 'queued',
        request: null,
        hold: null,
        error: null,
        errorCode: null,
        runAfter: now,
      })
      .where(eq(jobs.no, no))
      .run()
    addEvent(db, no, 'info', message, now)
  }
  return found.map(({ id }) => id)
}
