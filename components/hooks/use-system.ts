import { openApiEndpoint, systemEndpoint } from '@/lib/api/system'
import { useAsk } from './use-ask'
import { apiDocumentKey, systemKey } from './keys'

export function useSystem() {
  return useAsk(systemEndpoint, {}, systemKey, {
    // Only the worker's sign of life changes; its lease is longer than this.
    refetchInterval: 15_000,
  })
}

/** The HTTP interface, which changes with the version only. */
export function useApiDocument() {
  return useAsk(openApiEndpoint, {}, apiDocumentKey, { staleTime: Infinity })
}
