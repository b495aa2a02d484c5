import { listMeasuresEndpoint, measuresCsvEndpoint } from '@/lib/api/measures'
import { endpointUrl } from './api'
import { useAsk } from './use-ask'
import { studyKeys } from './keys'

/** Runs of measures of a set with their number for each cell. */
export function useSetRuns(studyId: string) {
  return useAsk(listMeasuresEndpoint, { params: { studyId } }, studyKeys.measures(studyId))
}

/** Address of all numbers of sets as CSV. */
export function measuresCsvUrl(studyId: string): string {
  return endpointUrl(measuresCsvEndpoint, { params: { studyId } })
}
