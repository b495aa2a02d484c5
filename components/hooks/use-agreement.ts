import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { agreementEndpoint } from '@/lib/api/agreement'
import { judgingEndpoint } from '@/lib/api/runs'
import { call } from './api'
import { judgingKey, studyKeys } from './keys'

/** Runs that hold ratings, and the report on those that are named (two or more). */
export function useAgreement(studyId: string, runs: readonly string[]) {
  return useQuery({
    queryKey: studyKeys.agreement(studyId, runs),
    queryFn: ({ signal }) =>
      call(agreementEndpoint, { params: { studyId }, query: { runs: runs.join(',') }, signal }),
    placeholderData: keepPreviousData,
  })
}

/** How a judge's replies were read, exact and tolerant side by side; null for runs that hold no ratings. */
export function useJudgingSummary(runId: string, done: number) {
  return useQuery({
    // With more rows done the counts are others.
    queryKey: judgingKey(runId, done),
    queryFn: ({ signal }) => call(judgingEndpoint, { params: { runId }, signal }),
    select: (reply) => reply.judging,
    placeholderData: keepPreviousData,
  })
}
