import { useQuery } from '@tanstack/react-query'
import { deleteViewEndpoint, listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import type { ViewState } from '@/lib/contracts/filter'
import { call } from './api'
import { studyKeys } from './keys'
import { useChange } from './use-change'

export function useSavedViews(studyId: string) {
  return useQuery({
    queryKey: studyKeys.views(studyId),
    queryFn: ({ signal }) => call(listViewsEndpoint, { params: { studyId }, signal }),
  })
}

export function useSaveView(studyId: string) {
  return useChange(
    (input: { name: string; state: ViewState }) =>
      call(saveViewEndpoint, { params: { studyId }, body: input }),
    studyKeys.views(studyId),
  )
}

export function useDeleteView(studyId: string) {
  return useChange(
    (viewId: string) => call(deleteViewEndpoint, { params: { studyId, viewId } }),
    studyKeys.views(studyId),
  )
}
