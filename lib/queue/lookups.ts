import { and, asc, count, desc, eq, inArray, sql } from 'drizzle-orm'
import { jobs } from '@/db/schema'
import { jsonPart, readableRows } from '@/db/stored-json'
import type { Job } from '@/lib/contracts/job'
import { kindOf, parsePayload, type JobName, type JobPayload } from './kinds'
import { toJob, type Queryable } from './queue'

const OPEN = ['queued', 'running', 'paused'] as const
const ACTIVE = ['queued', 'running'] as const

/** Chooses the jobs of a kind whose payload holds these ids. */
function about<K extends JobName>(kind: K, named: Partial<JobPayload<K>>) {
  const ids = Object.entries(named).map(
    ([key, value]) => sql`${jsonPart(jobs.payload, `$.${key}`)} = ${value}`,
  )
  return and(eq(jobs.kind, kind), ...ids)
}

/** Returns the newest job of a kind whose payload holds these ids, ended or not; null when there is none. */
export function lastJob<K extends JobName>(
  db: Queryable,
  kind: K,
  named: Partial<JobPayload<K>>,
): Job | null {
  const query = db.select().from(jobs).where(about(kind, named)).orderBy(desc(jobs.no)).limit(1)
  const [row] = readableRows(() => query.all()).rows
  return row ? toJob(row) : null
}

/** Returns the newest jobs of a kind, ended or not, the newest first. */
export function newestJobs(db: Queryable, kind: JobName, limit: number): Job[] {
  const query = db.select().from(jobs).where(about(kind, {})).orderBy(desc(jobs.no)).limit(limit)
  return readableRows(() => query.all()).rows.map(toJob)
}

/** Returns the jobs of a kind that have not ended and whose payload holds these ids, in the order of arrival. */
export function openJobs<K extends JobName>(
  db: Queryable,
  kind: K,
  named: Partial<JobPayload<K>>,
): Job[] {
  const query = db
    .select()
    .from(jobs)
    .where(and(about(kind, named), inArray(jobs.state, [...OPEN])))
    .orderBy(asc(jobs.no))
  return readableRows(() => query.all()).rows.map(toJob)
}

/** Returns how many jobs wait or run. */
export function countActive(db: Queryable): number {
  const found = db
    .select({ n: count() })
    .from(jobs)
    .where(inArray(jobs.state, [...ACTIVE]))
    .get()
  return found?.n ?? 0
}

/** Returns how many jobs of each study wait or run; studies without one are left out. */
export function countActiveByStudy(
  db: Queryable,
  studyIds: readonly string[],
): Map<string | null, number> {
  const found = db
    .select({ id: jobs.studyId, n: count() })
    .from(jobs)
    .where(and(inArray(jobs.studyId, [...studyIds]), inArray(jobs.state, [...ACTIVE])))
    .groupBy(jobs.studyId)
    .all()
  return new Map(found.map(({ id, n }) => [id, n]))
}

/** Replaces the payload of a job, such as the run it works on; call in the transaction that makes the new one true. */
export function replacePayload<K extends JobName>(
  db: Queryable,
  no: number,
  kind: K,
  payload: JobPayload<K>,
): void {
  const checked = parsePayload(kindOf(kind), payload)
  db.update(jobs).set({ payload: checked }).where(eq(jobs.no, no)).run()
}
