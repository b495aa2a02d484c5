import {
  changePlanEndpoint,
  continueExperimentEndpoint,
  deleteExperimentEndpoint,
  experimentEndpoint,
  listExperimentsEndpoint,
  planFileEndpoint,
  restoreExperimentEndpoint,
  retryStageEndpoint,
  stageItemsEndpoint,
  startExperimentEndpoint,
  tryPlanEndpoint,
} from '@/lib/api/experiments'
import { planTrialSchema, type ItemStatus, type PlanTrial } from '@/lib/contracts/experiment'
import type { Job } from '@/lib/contracts/job'
import { endpointUrl } from './api'
import { jobKeys, studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useChangeIn, useSend } from './use-change'
import { isActive, useJob, useJobs } from './use-jobs'

// Items are written about once a second.
const ACTIVE_REFETCH_MS = 2_000

export function useExperiments(studyId: string) {
  return useAsk(listExperimentsEndpoint, { params: { studyId } }, studyKeys.experiments(studyId))
}

/** An experiment with its funnels; read again while one of the study's jobs works. */
export function useExperiment(studyId: string, experimentId: string) {
  const isWorking = useJobs(studyId).data?.some(isActive) ?? false
  return useAsk(
    experimentEndpoint,
    { params: { studyId, experimentId } },
    studyKeys.experiment(studyId, experimentId),
    { refetchInterval: isWorking ? ACTIVE_REFETCH_MS : false },
  )
}

export interface ItemsWanted {
  arm: string
  stage: string
  status?: ItemStatus
  reason?: string
  offset: number
  limit: number
}

export function useStageItems(studyId: string, experimentId: string, query: ItemsWanted) {
  return useAsk(
    stageItemsEndpoint,
    { params: { studyId, experimentId }, query },
    studyKeys.stageItems(studyId, experimentId, query),
  )
}

export function useStartExperiment(studyId: string) {
  return useSend(
    startExperimentEndpoint,
    { studyId },
    studyKeys.experiments(studyId),
    jobKeys.all,
    studyKeys.detail(studyId),
  )
}

export function useChangePlan(studyId: string, experimentId: string) {
  return useSend(
    changePlanEndpoint,
    { studyId, experimentId },
    studyKeys.experiments(studyId),
    jobKeys.all,
  )
}

/** Queues the stages that can begin and have no job. */
export function useContinueExperiment(studyId: string) {
  const key = studyKeys.experiments(studyId)
  return useChangeIn(studyId, continueExperimentEndpoint, 'experimentId', key, jobKeys.all)
}

/** Tries a plan on a few seeds, as a job. */
export function useTryPlan(studyId: string) {
  return useSend(tryPlanEndpoint, { studyId }, jobKeys.all)
}

/** The job of a trial, and what it showed once it has ended. */
export function usePlanTrial(jobId: string | null): { job: Job | null; trial: PlanTrial | null } {
  const job = useJob(jobId).data?.job ?? null
  return { job, trial: job?.result ? planTrialSchema.parse(job.result) : null }
}

export function useRetryStage(studyId: string, experimentId: string) {
  return useSend(
    retryStageEndpoint,
    { studyId, experimentId },
    studyKeys.experiments(studyId),
    jobKeys.all,
  )
}

export function useDeleteExperiment(studyId: string) {
  const key = studyKeys.experiments(studyId)
  return useChangeIn(studyId, deleteExperimentEndpoint, 'experimentId', key, jobKeys.all)
}

export function useRestoreExperiment(studyId: string) {
  const key = studyKeys.experiments(studyId)
  return useChangeIn(studyId, restoreExperimentEndpoint, 'experimentId', key)
}

export function planFileUrl(studyId: string, experimentId: string): string {
  return endpointUrl(planFileEndpoint, { params: { studyId, experimentId } })
}
