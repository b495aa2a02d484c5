import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { alignCellsEndpoint, alignmentEndpoint } from '@/lib/api/cells'
import type { AlignCellsRequest } from '@/lib/contracts/operators'
import { call } from './api'
import { jobKeys, studyKeys } from './keys'

/** What can be chosen about the alignment of one file. */
export function useAlignmentFacts(studyId: string, cellId: string) {
  return useQuery({
    queryKey: studyKeys.alignment(studyId, cellId),
    queryFn: ({ signal }) => call(alignmentEndpoint, { params: { studyId, cellId }, signal }),
  })
}

/** Starts a job that aligns files again or gives them operators. */
export function useAlign(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (request: AlignCellsRequest) =>
      call(alignCellsEndpoint, { params: { studyId }, body: request }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: jobKeys.all }),
        client.invalidateQueries({ queryKey: studyKeys.one(studyId) }),
      ]),
  })
}
