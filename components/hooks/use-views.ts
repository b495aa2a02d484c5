import {
  checkViewEndpoint,
  deleteViewEndpoint,
  listViewsEndpoint,
  saveViewEndpoint,
  viewFileEndpoint,
} from '@/lib/api/views'
import { endpointUrl } from './api'
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

/** Reads a view file and says what of it the study lacks. */
export function useCheckView(studyId: string) {
  return useSend(checkViewEndpoint, { studyId })
}

export function viewFileUrl(studyId: string, viewId: string): string {
  return endpointUrl(viewFileEndpoint, { params: { studyId, viewId } })
}
