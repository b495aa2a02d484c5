import { keepPreviousData } from '@tanstack/react-query'
import { agreementEndpoint } from '@/lib/api/agreement'
import { judgingEndpoint } from '@/lib/api/runs'
import { useAsk } from './use-ask'
import { judgingKey, studyKeys } from './keys'

/** Runs that hold ratings, and the report on those that are named (two or more). */
export function useAgreement(studyId: string, runs: readonly string[]) {
  return useAsk(
    agreementEndpoint,
    { params: { studyId }, query: { runs: runs.join(',') } },
    studyKeys.agreement(studyId, runs),
    { placeholderData: keepPreviousData },
  )
}

/** How a judge's replies were read, and what came of pairs; null for runs that hold no ratings, or judged no pairs. */
export function useJudgingSummary(runId: string, done: number) {
  // With more rows done the counts are others.
  return useAsk(judgingEndpoint, { params: { runId } }, judgingKey(runId, done), {
    placeholderData: keepPreviousData,
  })
}
