import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ViewState } from '@/lib/contracts/filter'
import { apiDelete, apiGet, apiPost } from './api'
import { studyKeys } from './use-studies'

/** A saved filter, sort and column choice. */
export interface SavedView {
  id: string
  name: string
  state: ViewState
  createdAt: number
}

const viewsKey = (studyId: string) => [...studyKeys.one(studyId), 'views']

export function useSavedViews(studyId: string) {
  return useQuery({
    queryKey: viewsKey(studyId),
    queryFn: ({ signal }) => apiGet<SavedView[]>(`/studies/${studyId}/views`, {}, signal),
  })
}

export function useSaveView(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: { name: string; state: ViewState }) =>
      apiPost<SavedView>(`/studies/${studyId}/views`, input),
    onSuccess: () => client.invalidateQueries({ queryKey: viewsKey(studyId) }),
  })
}

export function useDeleteView(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (viewId: string) => apiDelete<unknown>(`/studies/${studyId}/views/${viewId}`),
    onSuccess: () => client.invalidateQueries({ queryKey: viewsKey(studyId) }),
  })
}
