import { useQuery } from '@tanstack/react-query'
import { systemEndpoint } from '@/lib/api/system'
import { call } from './api'
import { systemKey } from './keys'

export function useSystem() {
  return useQuery({
    queryKey: systemKey,
    queryFn: ({ signal }) => call(systemEndpoint, { signal }),
    // Only the worker's sign of life changes; its lease is longer than this.
    refetchInterval: 15_000,
  })
}
