import { actOnJobEndpoint, getJobEndpoint, listJobsEndpoint } from '@/lib/api/jobs'
import type { Job, JobAction, JobState } from '@/lib/contracts/job'
import type { Budget } from '@/lib/contracts/meter'
import { call } from './api'
import { useAsk } from './use-ask'
import { jobKeys } from './keys'
import { useChange } from './use-change'

// The worker writes progress at most every 500 ms; asking twice as slowly never misses what a reader can follow.
const ACTIVE_REFETCH_MS = 1_000
// With nothing active only another tab or the command line can start a job.
const IDLE_REFETCH_MS = 10_000

const ACTIVE_STATES: ReadonlySet<JobState> = new Set<JobState>(['queued', 'running'])

export function isActive(job: Job): boolean {
  return ACTIVE_STATES.has(job.state)
}

/** Whether a job may change without anybody asking: it works, waits its turn, or waits for its backend. */
function isLive(job: Job): boolean {
  return isActive(job) || job.hold !== null
}

/** Jobs, newest first; polls once a second while one is active. */
export function useJobs(studyId: string | null = null) {
  return useAsk(
    listJobsEndpoint,
    { query: studyId === null ? {} : { studyId } },
    jobKeys.list(studyId),
    {
      refetchInterval: (query) =>
        query.state.data?.some(isLive) ? ACTIVE_REFETCH_MS : IDLE_REFETCH_MS,
    },
  )
}

/** The job that indexes texts which an older version stored; null when there is nothing to wait for. */
export function useIndexing(): Job | null {
  const { data } = useJobs()
  return data?.find((job) => job.kind === 'index-texts' && isActive(job)) ?? null
}

export function useJob(jobId: string | null) {
  return useAsk(getJobEndpoint, { params: { jobId: jobId ?? '' } }, jobKeys.one(jobId ?? ''), {
    enabled: jobId !== null,
    refetchInterval: (query) =>
      query.state.data && isLive(query.state.data.job) ? ACTIVE_REFETCH_MS : false,
  })
}

interface ActionOnJob {
  jobId: string
  action: JobAction
  /** A new budget, null for none; absent = as it is. */
  budget?: Budget | null
}

export function useJobAction() {
  return useChange(
    ({ jobId, action, budget }: ActionOnJob) =>
      call(actOnJobEndpoint, {
        params: { jobId, action },
        body: budget === undefined ? {} : { budget },
      }),
    jobKeys.all,
  )
}
