import { z } from 'zod'
import type { Job } from '@/lib/contracts/job'
import { trialReplySchema, type TrialReply } from '@/lib/contracts/prompts'
import {
  deletePromptVersionEndpoint,
  deleteRubricEndpoint,
  listPromptsEndpoint,
  promptRowsEndpoint,
  restorePromptVersionEndpoint,
  savePromptEndpoint,
  tryPromptEndpoint,
} from '@/lib/api/prompts'
import { call } from './api'
import { useAsk } from './use-ask'
import { jobKeys, promptKeys } from './keys'
import { useChange, useChangeOf, useSend } from './use-change'
import { useJob } from './use-jobs'

/** Every prompt with its versions. */
export function usePrompts() {
  return useAsk(listPromptsEndpoint, {}, promptKeys.list)
}

/** Stores a new version of a prompt, or a new rubric. */
export function useSavePrompt() {
  return useSend(savePromptEndpoint, {}, promptKeys.list)
}

export function useDeletePromptVersion() {
  return useChangeOf(deletePromptVersionEndpoint, 'versionId', promptKeys.list)
}

/** Brings deleted versions back, one after the other. */
export function useRestorePromptVersions() {
  return useChange(async (versionIds: readonly string[]) => {
    for (const versionId of versionIds) {
      await call(restorePromptVersionEndpoint, { params: { versionId } })
    }
  }, promptKeys.list)
}

/** Deletes a rubric; the reply names the versions with which it can be restored. */
export function useDeleteRubric() {
  return useChangeOf(deleteRubricEndpoint, 'promptId', promptKeys.list)
}

/** Five rows of a study for previews; another random seed draws others. */
export function usePromptRows(studyId: string | null, seed: number) {
  return useAsk(
    promptRowsEndpoint,
    { query: { studyId: studyId ?? '', seed } },
    promptKeys.rows(studyId ?? '', seed),
    {
      enabled: studyId !== null,
      staleTime: Infinity,
    },
  )
}

/** Sends a draft to a backend for a few rows, as a short job. */
export function useTryPrompt() {
  return useSend(tryPromptEndpoint, {}, jobKeys.all)
}

// What a job of this kind leaves as its result.
const trialResult = z.object({ replies: z.array(trialReplySchema) })

/** The replies of a trial; none while it runs. */
export function useTrialReplies(jobId: string | null): { job: Job | null; replies: TrialReply[] } {
  const job = useJob(jobId).data?.job ?? null
  return { job, replies: job?.result ? trialResult.parse(job.result).replies : [] }
}
