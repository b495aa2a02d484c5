import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { deleteViewEndpoint, listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import type { ViewState } from '@/lib/contracts/filter'
import { call } from './api'
import { studyKeys } from './keys'

export function useSavedViews(studyId: string) {
  return useQuery({
    queryKey: studyKeys.views(studyId),
    queryFn: ({ signal }) => call(listViewsEndpoint, { params: { studyId }, signal }),
  })
}

export function useSaveView(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: { name: string; state: ViewState }) =>
      call(saveViewEndpoint, { params: { studyId }, body: input }),
    onSuccess: () => client.invalidateQueries({ queryKey: studyKeys.views(studyId) }),
  })
}

export function useDeleteView(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (viewId: string) => call(deleteViewEndpoint, { params: { studyId, viewId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: studyKeys.views(studyId) }),
  })
}
