import { useQuery } from '@tanstack/react-query'
import { listMeasuresEndpoint, measuresCsvEndpoint } from '@/lib/api/measures'
import { call, endpointUrl } from './api'
import { studyKeys } from './keys'

/** Runs of measures of a set with their number for each cell. */
export function useSetRuns(studyId: string) {
  return useQuery({
    queryKey: studyKeys.measures(studyId),
    queryFn: ({ signal }) => call(listMeasuresEndpoint, { params: { studyId }, signal }),
  })
}

/** Address of all numbers of sets as CSV. */
export function measuresCsvUrl(studyId: string): string {
  return endpointUrl(measuresCsvEndpoint, { params: { studyId } })
}
