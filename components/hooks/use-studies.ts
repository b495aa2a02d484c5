import { useQuery } from '@tanstack/react-query'
import {
  createStudyEndpoint,
  deleteStudyEndpoint,
  listStudiesEndpoint,
  restoreStudyEndpoint,
  studyEndpoint,
  updateStudyEndpoint,
} from '@/lib/api/studies'
import { call } from './api'
import { studyKeys } from './keys'
import { useChangeOf, useSend } from './use-change'

export function useStudies() {
  return useQuery({
    queryKey: studyKeys.list,
    queryFn: ({ signal }) => call(listStudiesEndpoint, { query: {}, signal }),
  })
}

/** The study with its cells, columns and runs. */
export function useStudy(studyId: string) {
  return useQuery({
    queryKey: studyKeys.detail(studyId),
    queryFn: ({ signal }) => call(studyEndpoint, { params: { studyId }, signal }),
  })
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
