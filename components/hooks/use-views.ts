import { deleteViewEndpoint, listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import { call } from './api'
import { useAsk } from './use-ask'
import { studyKeys } from './keys'
import { useChange, useSend } from './use-change'

export function useSavedViews(studyId: string) {
  return useAsk(listViewsEndpoint, { params: { studyId } }, studyKeys.views(studyId))
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
