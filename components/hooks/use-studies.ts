import {
  createStudyEndpoint,
  deleteStudyEndpoint,
  listStudiesEndpoint,
  restoreStudyEndpoint,
  studyEndpoint,
  updateStudyEndpoint,
} from '@/lib/api/studies'
import { storageEndpoint } from '@/lib/api/system'
import { useAsk } from './use-ask'
import { studyKeys } from './keys'
import { useChangeOf, useSend } from './use-change'

export function useStudies() {
  return useAsk(listStudiesEndpoint, { query: {} }, studyKeys.list)
}

/** How much each study stores, and the files that they share. */
export function useStorage() {
  return useAsk(storageEndpoint, {}, studyKeys.storage)
}

/** The study with its cells, columns and runs. */
export function useStudy(studyId: string) {
  return useAsk(studyEndpoint, { params: { studyId } }, studyKeys.detail(studyId))
}

export function useCreateStudy() {
  return useSend(createStudyEndpoint, {}, studyKeys.list)
}

export function useUpdateStudy(studyId: string) {
  return useSend(updateStudyEndpoint, { studyId }, studyKeys.list, studyKeys.detail(studyId))
}

/** Deleting hides the study; `useRestoreStudy` brings it back within seven days. */
export function useDeleteStudy() {
  return useChangeOf(deleteStudyEndpoint, 'studyId', studyKeys.list)
}

export function useRestoreStudy() {
  return useChangeOf(restoreStudyEndpoint, 'studyId', studyKeys.list)
}
