import { systemEndpoint } from '@/lib/api/system'
import { useAsk } from './use-ask'
import { systemKey } from './keys'

export function useSystem() {
  return useAsk(systemEndpoint, {}, systemKey, {
    // Only the worker's sign of life changes; its lease is longer than this.
    refetchInterval: 15_000,
  })
}
