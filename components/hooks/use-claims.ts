import { useQueries } from '@tanstack/react-query'
import { parseAsFloat, parseAsString, useQueryStates } from 'nuqs'
import {
  checkClaimsEndpoint,
  claimsReportEndpoint,
  listClaimsEndpoint,
  saveOwnClaimsEndpoint,
  type CLAIM_REPORTS,
} from '@/lib/api/claims'
import type { ClaimCard } from '@/lib/contracts/claims'
import { call, endpointUrl } from './api'
import { studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useSend } from './use-change'

const parsers = { small: parseAsString, large: parseAsString, margin: parseAsFloat }

/** Sides and margin of the claims, kept in the URL. */
export function useClaimParams() {
  return useQueryStates(parsers, { history: 'push' })
}

/** What is sent of them: what was not chosen is left out. */
export type ClaimQuery = { small?: string; large?: string; margin?: number }

/** The claims that there are, and which evolvers they are about. */
export function useClaimList(studyId: string, query: ClaimQuery) {
  const key = studyKeys.claimList(studyId, query)
  // Results are imported on another page.
  return useAsk(listClaimsEndpoint, { params: { studyId }, query }, key, {
    refetchOnMount: 'always',
  })
}

/** Each claim's check, asked for one by one so that the first is there before the last. */
export function useClaimCards(studyId: string, query: ClaimQuery, ids: readonly string[]) {
  return useQueries({
    queries: ids.map((claim) => ({
      queryKey: studyKeys.claimCard(studyId, query, claim),
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ClaimCard | null> => {
        const input = { params: { studyId }, query: { ...query, claim }, signal }
        return (await call(checkClaimsEndpoint, input))[0] ?? null
      },
      refetchOnMount: 'always' as const,
    })),
  })
}

/** Keeps a file of own claims with the study; an empty text removes it. */
export function useSaveOwnClaims(studyId: string) {
  return useSend(saveOwnClaimsEndpoint, { studyId }, studyKeys.claims(studyId))
}

/** Address of all claims as a document. */
export function claimsReportUrl(
  studyId: string,
  query: ClaimQuery,
  format: (typeof CLAIM_REPORTS)[number],
): string {
  return endpointUrl(claimsReportEndpoint, { params: { studyId }, query: { ...query, format } })
}
