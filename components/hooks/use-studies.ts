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
import { useChange } from './use-change'

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
  return useChange(
    (input: { name: string; description: string }) => call(createStudyEndpoint, { body: input }),
    studyKeys.list,
  )
}

export function useUpdateStudy(studyId: string) {
  return useChange(
    (input: { name?: string; description?: string }) =>
      call(updateStudyEndpoint, { params: { studyId }, body: input }),
    studyKeys.list,
    studyKeys.detail(studyId),
  )
}

/** Deleting hides the study; `useRestoreStudy` brings it back within seven days. */
export function useDeleteStudy() {
  return useChange(
    (studyId: string) => call(deleteStudyEndpoint, { params: { studyId } }),
    studyKeys.list,
  )
}

export function useRestoreStudy() {
  return useChange(
    (studyId: string) => call(restoreStudyEndpoint, { params: { studyId } }),
    studyKeys.list,
  )
}
