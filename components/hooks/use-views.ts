import { useQuery } from '@tanstack/react-query'
import { deleteViewEndpoint, listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import { call } from './api'
import { studyKeys } from './keys'
import { useChange, useSend } from './use-change'

export function useSavedViews(studyId: string) {
  return useQuery({
    queryKey: studyKeys.views(studyId),
    queryFn: ({ signal }) => call(listViewsEndpoint, { params: { studyId }, signal }),
  })
}

export function useSaveView(studyId: string) {
  return useSend(saveViewEndpoint, { studyId }, studyKeys.views(studyId))
}

export function useDeleteView(studyId: string) {
  return useChange(
    (viewId: string) => call(deleteViewEndpoint, { params: { studyId, viewId } }),
    studyKeys.views(studyId),
  )
}
