import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
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
import type { Given } from '@/lib/api/endpoint'
import { call } from './api'
import { jobKeys, promptKeys } from './keys'
import { useJob } from './use-jobs'

/** Every prompt with its versions. */
export function usePrompts() {
  return useQuery({
    queryKey: promptKeys.list,
    queryFn: ({ signal }) => call(listPromptsEndpoint, { signal }),
  })
}

function useRefresh() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: promptKeys.list })
}

/** Stores a new version of a prompt, or a new rubric. */
export function useSavePrompt() {
  return useMutation({
    mutationFn: (draft: Given<typeof savePromptEndpoint.body>) =>
      call(savePromptEndpoint, { body: draft }),
    onSuccess: useRefresh(),
  })
}

export function useDeletePromptVersion() {
  return useMutation({
    mutationFn: (versionId: string) => call(deletePromptVersionEndpoint, { params: { versionId } }),
    onSuccess: useRefresh(),
  })
}

/** Brings deleted versions back, one after the other. */
export function useRestorePromptVersions() {
  return useMutation({
    mutationFn: async (versionIds: readonly string[]) => {
      for (const versionId of versionIds) {
        await call(restorePromptVersionEndpoint, { params: { versionId } })
      }
    },
    onSuccess: useRefresh(),
  })
}

/** Deletes a rubric; the reply names the versions with which it can be restored. */
export function useDeleteRubric() {
  return useMutation({
    mutationFn: (promptId: string) => call(deleteRubricEndpoint, { params: { promptId } }),
    onSuccess: useRefresh(),
  })
}

/** Five rows of a study for previews; another seed shows others. */
export function usePromptRows(studyId: string | null, seed: number) {
  return useQuery({
    queryKey: promptKeys.rows(studyId ?? '', seed),
    queryFn: ({ signal }) =>
      call(promptRowsEndpoint, { query: { studyId: studyId ?? '', seed }, signal }),
    enabled: studyId !== null,
    staleTime: Infinity,
  })
}

/** Asks a backend with a draft about a few rows, as a short job. */
export function useTryPrompt() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (trial: Given<typeof tryPromptEndpoint.body>) =>
      call(tryPromptEndpoint, { body: trial }),
    onSuccess: () => client.invalidateQueries({ queryKey: jobKeys.all }),
  })
}

// What a job of this kind leaves as its result.
const trialResult = z.object({ replies: z.array(trialReplySchema) })

/** The replies of a trial; none while it runs. */
export function useTrialReplies(jobId: string | null): { job: Job | null; replies: TrialReply[] } {
  const job = useJob(jobId).data?.job ?? null
  return { job, replies: job?.result ? trialResult.parse(job.result).replies : [] }
}
