import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Job, JobEvent, JobState } from '@/lib/contracts/job'
import type { Budget } from '@/lib/contracts/meter'
import { apiGet, apiPost } from './api'

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

export const jobKeys = {
  all: ['jobs'] as const,
  list: (studyId: string | null) => ['jobs', 'list', studyId] as const,
  one: (jobId: string) => ['jobs', 'one', jobId] as const,
}

/** Jobs, newest first; polls once a second while one is active. */
export function useJobs(studyId: string | null = null) {
  return useQuery({
    queryKey: jobKeys.list(studyId),
    queryFn: ({ signal }) => apiGet<Job[]>('/jobs', { studyId }, signal),
    refetchInterval: (query) =>
      query.state.data?.some(isLive) ? ACTIVE_REFETCH_MS : IDLE_REFETCH_MS,
  })
}

interface JobDetail {
  job: Job
  events: JobEvent[]
}

export function useJob(jobId: string | null) {
  return useQuery({
    queryKey: jobKeys.one(jobId ?? ''),
    queryFn: ({ signal }) => apiGet<JobDetail>(`/jobs/${jobId}`, {}, signal),
    enabled: jobId !== null,
    refetchInterval: (query) =>
      query.state.data && isLive(query.state.data.job) ? ACTIVE_REFETCH_MS : false,
  })
}

export type JobAction = 'cancel' | 'pause' | 'resume' | 'retry'

export function useJobAction() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({
      jobId,
      action,
      budget,
    }: {
      jobId: string
      action: JobAction
      /** A new budget, null for none; absent = as it is. */
      budget?: Budget | null
    }) => apiPost<unknown>(`/jobs/${jobId}/${action}`, budget === undefined ? {} : { budget }),
    onSettled: () => client.invalidateQueries({ queryKey: jobKeys.all }),
  })
}
