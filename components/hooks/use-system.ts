import {
  openApiEndpoint,
  sandboxEndpoint,
  setSandboxEndpoint,
  systemEndpoint,
} from '@/lib/api/system'
import { useAsk } from './use-ask'
import { useSend } from './use-change'
import { apiDocumentKey, sandboxKey, systemKey } from './keys'

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

/** Whether checking functions may be run. */
export function useSandbox() {
  return useAsk(sandboxEndpoint, {}, sandboxKey)
}

export function useSetSandbox() {
  return useSend(setSandboxEndpoint, {}, sandboxKey)
}
