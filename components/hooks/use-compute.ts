import { computeEndpoint, dryRunEndpoint } from '@/lib/api/compute'
import { listMetricsEndpoint } from '@/lib/api/metrics'
import { pinRunEndpoint, retryRunEndpoint, runCardEndpoint } from '@/lib/api/runs'
import { useAsk } from './use-ask'
import { jobKeys, metricsKey, runCardKey, studyKeys } from './keys'
import { useChangeOf, useSend } from './use-change'

export function useMetrics() {
  return useAsk(listMetricsEndpoint, {}, metricsKey, {
    // Descriptions are part of the program: they change with a new version, not while a page is open.
    staleTime: Infinity,
  })
}

/** Estimates a request on a few rows; nothing is stored. */
export function useDryRun(studyId: string) {
  return useSend(dryRunEndpoint, { studyId })
}

export function useCompute(studyId: string) {
  return useSend(computeEndpoint, { studyId }, jobKeys.all, studyKeys.one(studyId))
}

export function useRunCard(runId: string) {
  return useAsk(runCardEndpoint, { params: { runId } }, runCardKey(runId))
}

export function usePinRun(studyId: string) {
  return useChangeOf(pinRunEndpoint, 'runId', studyKeys.one(studyId))
}

/** Retries the rows of a run that failed for a temporary reason. */
export function useRetryRun(studyId: string) {
  return useChangeOf(retryRunEndpoint, 'runId', jobKeys.all, studyKeys.one(studyId))
}
