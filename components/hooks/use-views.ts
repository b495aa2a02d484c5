import { deleteViewEndpoint, listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import { useAsk } from './use-ask'
import { studyKeys } from './keys'
import { useChangeIn, useSend } from './use-change'

export function useSavedViews(studyId: string) {
  return useAsk(listViewsEndpoint, { params: { studyId } }, studyKeys.views(studyId))
}

export function useSaveView(studyId: string) {
  return useSend(saveViewEndpoint, { studyId }, studyKeys.views(studyId))
}

export function useDeleteView(studyId: string) {
  return useChangeIn(studyId, deleteViewEndpoint, 'viewId', studyKeys.views(studyId))
}
