import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { computeEndpoint, dryRunEndpoint, evolveEndpoint } from '@/lib/api/compute'
import type { Given } from '@/lib/api/endpoint'
import { listMetricsEndpoint } from '@/lib/api/metrics'
import { pinRunEndpoint, retryRunEndpoint, runCardEndpoint } from '@/lib/api/runs'
import { call } from './api'
import { jobKeys, metricsKey, runCardKey, studyKeys } from './keys'

export function useMetrics() {
  return useQuery({
    queryKey: metricsKey,
    queryFn: ({ signal }) => call(listMetricsEndpoint, { signal }),
    // Descriptions are part of the program: they change with a new version, not while a page is open.
    staleTime: Infinity,
  })
}

/** Estimates a request on a few rows; nothing is stored. */
export function useDryRun(studyId: string) {
  return useMutation({
    mutationFn: (request: Given<typeof dryRunEndpoint.body>) =>
      call(dryRunEndpoint, { params: { studyId }, body: request }),
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

export function useCompute(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (request: Given<typeof computeEndpoint.body>) =>
      call(computeEndpoint, { params: { studyId }, body: request }),
    onSuccess: refresh,
  })
}

export function useEvolve(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (request: Given<typeof evolveEndpoint.body>) =>
      call(evolveEndpoint, { params: { studyId }, body: request }),
    onSuccess: refresh,
  })
}

export function useRunCard(runId: string | null) {
  return useQuery({
    queryKey: runCardKey(runId),
    queryFn: ({ signal }) => call(runCardEndpoint, { params: { runId: runId ?? '' }, signal }),
    enabled: runId !== null,
  })
}

export function usePinRun(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (runId: string) => call(pinRunEndpoint, { params: { runId } }),
    onSuccess: refresh,
  })
}

/** Asks again for the rows of a run that failed for a reason that may pass. */
export function useRetryRun(studyId: string) {
  const refresh = useRefresh(studyId)
  return useMutation({
    mutationFn: (runId: string) => call(retryRunEndpoint, { params: { runId } }),
    onSuccess: refresh,
  })
}
