import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Job } from '@/lib/contracts/job'
import type {
  PromptDraft,
  PromptInfo,
  PromptRow,
  PromptTrial,
  TrialReply,
} from '@/lib/contracts/prompts'
import { apiDelete, apiGet, apiPost } from './api'
import { jobKeys } from './keys'
import { useJob } from './use-jobs'

const promptKeys = {
  list: ['prompts'] as const,
  rows: (studyId: string, seed: number) => ['prompt-rows', studyId, seed] as const,
}

/** Every prompt with its versions. */
export function usePrompts() {
  return useQuery({
    queryKey: promptKeys.list,
    queryFn: ({ signal }) => apiGet<PromptInfo[]>('/prompts', {}, signal),
  })
}

function useRefresh() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: promptKeys.list })
}

/** Stores a new version of a prompt, or a new rubric. */
export function useSavePrompt() {
  return useMutation({
    mutationFn: (draft: PromptDraft) => apiPost<PromptInfo>('/prompts', draft),
    onSuccess: useRefresh(),
  })
}

export function useDeletePromptVersion() {
  return useMutation({
    mutationFn: (versionId: string) => apiDelete<unknown>(`/prompts/versions/${versionId}`),
    onSuccess: useRefresh(),
  })
}

/** Brings deleted versions back, one after the other. */
export function useRestorePromptVersions() {
  return useMutation({
    mutationFn: async (versionIds: readonly string[]) => {
      for (const id of versionIds) await apiPost<PromptInfo>(`/prompts/versions/${id}/restore`)
    },
    onSuccess: useRefresh(),
  })
}

/** Deletes a rubric; the reply names the versions with which it can be restored. */
export function useDeleteRubric() {
  return useMutation({
    mutationFn: (promptId: string) => apiDelete<{ versionIds: string[] }>(`/prompts/${promptId}`),
    onSuccess: useRefresh(),
  })
}

/** Five rows of a study for previews; another seed shows others. */
export function usePromptRows(studyId: string | null, seed: number) {
  return useQuery({
    queryKey: promptKeys.rows(studyId ?? '', seed),
    queryFn: ({ signal }) => apiGet<PromptRow[]>('/prompts/rows', { studyId, seed }, signal),
    enabled: studyId !== null,
    staleTime: Infinity,
  })
}

/** Asks a backend with a draft about a few rows, as a short job. */
export function useTryPrompt() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (trial: PromptTrial) => apiPost<{ job: Job }>('/prompts/try', trial),
    onSuccess: () => client.invalidateQueries({ queryKey: jobKeys.all }),
  })
}

/** The replies of a trial, null while they are on their way. */
export function useTrialReplies(jobId: string | null): { job: Job | null; replies: TrialReply[] } {
  const job = useJob(jobId).data?.job ?? null
  return { job, replies: (job?.result?.['replies'] ?? []) as TrialReply[] }
}
