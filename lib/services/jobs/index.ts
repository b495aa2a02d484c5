import { inTransaction, type Db } from '@/db/client'
import type { Job, JobAction, JobEvent, JobState } from '@/lib/contracts/job'
import type { Budget } from '@/lib/contracts/meter'
import { JOBS, parsePayload } from '@/lib/queue/kinds'
import {
  getJob,
  getJobRow,
  listEvents,
  listJobs as listQueued,
  requestCancel,
  requestPause,
  resumeJob,
  retryJob as requeue,
  setBudget,
} from '@/lib/queue/queue'
import { getRunRow, resetFailedRows } from '../runs'

/** Returns jobs, newest first, of one study or of all. */
export function listJobs(
  db: Db,
  filter: { studyId?: string; states?: readonly JobState[]; kind?: string; limit?: number } = {},
): Job[] {
  return listQueued(db, filter)
}

/** Returns one job with its log. */
export function getJobDetail(db: Db, id: string): { job: Job; events: JobEvent[] } {
  return { job: getJob(db, id), events: listEvents(db, id) }
}

function retry(db: Db, id: string): Job {
  const row = getJobRow(db, id)
  // The rows of a run that failed wait again; whatever else is missing is pending anyway.
  if (row.kind === JOBS.compute.kind) {
    const { runId } = parsePayload(JOBS.compute, row.payload)
    resetFailedRows(db, getRunRow(db, runId))
  }
  return requeue(db, id)
}

const ACTIONS: Record<JobAction, (db: Db, id: string) => Job> = {
  cancel: requestCancel,
  pause: requestPause,
  resume: resumeJob,
  retry,
}

/**
 * Does what the user asks of a job and returns it; throws `conflict` where its state does not allow that. A budget is set
 * first (null takes it away), so that a job which had used up its old one can go on.
 */
export function actOnJob(
  db: Db,
  id: string,
  action: JobAction,
  options: { budget?: Budget | null } = {},
): Job {
  return inTransaction(db, () => {
    if (options.budget !== undefined) setBudget(db, id, options.budget)
    return ACTIONS[action](db, id)
  })
}
