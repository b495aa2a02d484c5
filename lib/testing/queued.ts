import { randomUUID } from 'node:crypto'
import { jobs } from '@/db/schema'
import { emptyProgress, type Job } from '@/lib/contracts/job'
import { toJob, type Queryable } from '@/lib/queue/queue'

/** Adds a job as it lies in the database, of a kind that only the test knows or with a payload that no service writes. */
export function addRawJob(
  db: Queryable,
  job: { kind: string; payload?: Record<string, unknown>; title?: string; priority?: number },
  now = Date.now(),
): Job {
  const { kind, payload = {}, title = kind, priority = 0 } = job
  const id = randomUUID()
  const row = db
    .insert(jobs)
    .values({
      id,
      kind,
      payload,
      title,
      priority,
      state: 'queued',
      progress: emptyProgress(),
      runAfter: now,
      createdAt: now,
    })
    .returning()
    .get()
  return toJob(row)
}
