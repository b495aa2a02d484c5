import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Job } from '@/lib/contracts/job'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { apiPost } from './api'
import { jobKeys } from './use-jobs'
import { studyKeys } from './use-studies'

/** Reads the first rows of uploaded files and says what they seem to be; nothing is imported. */
export function previewImports(studyId: string, uploadIds: string[]): Promise<ImportPreview[]> {
  return apiPost<{ previews: ImportPreview[] }>(`/studies/${studyId}/imports/preview`, {
    uploadIds,
  }).then((reply) => reply.previews)
}

export function useStartImports(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (plans: ImportPlan[]) =>
      apiPost<{ jobs: Job[] }>(`/studies/${studyId}/imports`, { plans }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: jobKeys.all }),
        client.invalidateQueries({ queryKey: studyKeys.one(studyId) }),
        client.invalidateQueries({ queryKey: studyKeys.list }),
      ]),
  })
}
