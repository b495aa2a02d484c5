import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
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
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: { name: string; description: string }) =>
      call(createStudyEndpoint, { body: input }),
    onSuccess: () => client.invalidateQueries({ queryKey: studyKeys.list }),
  })
}

export function useUpdateStudy(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: { name?: string; description?: string }) =>
      call(updateStudyEndpoint, { params: { studyId }, body: input }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: studyKeys.list }),
        client.invalidateQueries({ queryKey: studyKeys.detail(studyId) }),
      ]),
  })
}

/** Deleting hides the study; `useRestoreStudy` brings it back within seven days. */
export function useDeleteStudy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (studyId: string) => call(deleteStudyEndpoint, { params: { studyId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: studyKeys.list }),
  })
}

export function useRestoreStudy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (studyId: string) => call(restoreStudyEndpoint, { params: { studyId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: studyKeys.list }),
  })
}
