import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ComputeRequest, DryRun, EvolveRequest, MetricInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import type { RunInfo } from '@/lib/contracts/study'
import { apiGet, apiPost } from './api'
import { jobKeys, studyKeys } from './keys'

export function useMetrics() {
  return useQuery({
    queryKey: ['metrics'],
    queryFn: ({ signal }) => apiGet<MetricInfo[]>('/metrics', {}, signal),
    // Descriptions are part of the program: they change with a new version, not while a page is open.
    staleTime: Infinity,
  })
}

/** Estimates a request on a few rows; nothing is stored. */
export function useDryRun(studyId: string) {
  return useMutation({
    mutationFn: (request: ComputeRequest) =>
      apiPost<DryRun[]>(`/studies/${studyId}/compute/dry-run`, request),
  })
}

function useRefresh(studyId: string) {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: jobKeys.all }),
      client.invalidateQueries({ queryKey: studyKeys.one(studyId) }),
    ])
}

interface StartedRuns {
  runs: RunInfo[]
  jobs: Job[]
  /** Metrics that were not started, and why. */
  blocked: { metric: string; reason: string }[]
}

export function useCompute(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (request: ComputeRequest) =>
      apiPost<StartedRuns>(`/studies/${studyId}/compute`, request),
    onSuccess: refresh,
  })
}

export function useEvolve(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (request: EvolveRequest) =>
      apiPost<{ job: Job }>(`/studies/${studyId}/evolve`, request),
    onSuccess: refresh,
  })
}

/** A run with the texts of its prompts. */
interface RunCardData {
  run: RunInfo
  /** Which weights scored and the error to expect of them; null for metrics that score no given text. */
  accuracy: { weights: string; error: string } | null
  prompts: {
    id: string
    version: string
    hash: string
    text: string
    /** Under which it is stored; null when no stored version has this text. */
    name: string | null
  }[]
}

export function useRunCard(runId: string | null) {
  return useQuery({
    queryKey: ['run-card', runId],
    queryFn: ({ signal }) => apiGet<RunCardData>(`/runs/${runId}`, {}, signal),
    enabled: runId !== null,
  })
}

export function usePinRun(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (runId: string) => apiPost<unknown>(`/runs/${runId}/pin`),
    onSuccess: refresh,
  })
}

/** Asks again for the rows of a run that failed for a reason that may pass. */
export function useRetryRun(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (runId: string) => apiPost<unknown>(`/runs/${runId}/retry`),
    onSuccess: refresh,
  })
}
