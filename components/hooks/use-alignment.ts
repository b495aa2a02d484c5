import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Job } from '@/lib/contracts/job'
import type { AlignCellsRequest, AlignmentFacts } from '@/lib/contracts/operators'
import { apiGet, apiPost } from './api'
import { jobKeys } from './use-jobs'
import { studyKeys } from './use-studies'

/** What can be chosen about the alignment of one file. */
export function useAlignmentFacts(studyId: string, cellId: string) {
  return useQuery({
    queryKey: [...studyKeys.one(studyId), 'alignment', cellId],
    queryFn: ({ signal }) =>
      apiGet<AlignmentFacts>(`/studies/${studyId}/cells/${cellId}/alignment`, {}, signal),
  })
}

/** Starts a job that aligns files again or gives them operators. */
export function useAlign(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (request: AlignCellsRequest) =>
      apiPost<{ jobs: Job[] }>(`/studies/${studyId}/alignments`, request),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: jobKeys.all }),
        client.invalidateQueries({ queryKey: studyKeys.one(studyId) }),
      ]),
  })
}
