import { useQuery, type QueryKey, type UseQueryOptions } from '@tanstack/react-query'
import type { Endpoint, Parsed, PartOf } from '@/lib/api/endpoint'
import { call, type CallInput } from './api'

type Reply<E extends Endpoint> = Parsed<PartOf<E, 'reply'>>

/** What a described call returns, kept under a key. */
export function useAsk<const E extends Endpoint, Shown = Reply<E>>(
  endpoint: E,
  input: CallInput<E>,
  queryKey: QueryKey,
  options: Omit<UseQueryOptions<Reply<E>, Error, Shown>, 'queryKey' | 'queryFn'> = {},
) {
  return useQuery({
    ...options,
    queryKey,
    queryFn: ({ signal }) => call(endpoint, { ...input, signal }),
  })
}
