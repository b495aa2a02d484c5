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

// While a study has active jobs its coverage is asked again at this pace; results are committed about once a second.
const LIVE_REFETCH_MS = 2_000

export function useStudies() {
  return useQuery({
    queryKey: studyKeys.list,
    queryFn: ({ signal }) => call(listStudiesEndpoint, { query: {}, signal }),
    refetchInterval: (query) =>
      query.state.data?.some((study) => study.activeJobs > 0) ? LIVE_REFETCH_MS : false,
  })
}

/** The study with its cells, columns and runs; asks again by itself while a job of the study is active. */
export function useStudy(studyId: string) {
  return useQuery({
    queryKey: studyKeys.detail(studyId),
    queryFn: ({ signal }) => call(studyEndpoint, { params: { studyId }, signal }),
    refetchInterval: (query) =>
      (query.state.data?.study.activeJobs ?? 0) > 0 ? LIVE_REFETCH_MS : false,
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
