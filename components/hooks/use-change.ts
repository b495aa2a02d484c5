import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query'
import type { Endpoint, Given, GivenParams, PartOf } from '@/lib/api/endpoint'
import { call, type CallInput } from './api'
import { tellOtherTabs } from './other-tabs'

/** A change sent to the server; what it touches is read again when it is done or has failed. */
export function useChange<Input, Reply>(
  send: (input: Input) => Promise<Reply>,
  ...touched: readonly QueryKey[]
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      tellOtherTabs(touched)
      return Promise.all(touched.map((queryKey) => client.invalidateQueries({ queryKey })))
    },
    // The input may hold a typed key; nothing of it stays once the request is over.
    gcTime: 0,
  })
}

/** A change of the thing that `name` in the path stands for; its id is given when the change is made. */
export function useChangeOf<const E extends Endpoint>(
  endpoint: E,
  name: keyof GivenParams<E>,
  ...touched: readonly QueryKey[]
) {
  return useChange(
    (id: string) => call(endpoint, { params: { [name]: id } } as unknown as CallInput<E>),
    ...touched,
  )
}

/** A change of a thing of a study; `name` stands for the thing in the path, and its id is given when the change is made. */
export function useChangeIn<const E extends Endpoint>(
  studyId: string,
  endpoint: E,
  name: Exclude<keyof GivenParams<E>, 'studyId'>,
  ...touched: readonly QueryKey[]
) {
  return useChange(
    (id: string) => call(endpoint, { params: { studyId, [name]: id } } as unknown as CallInput<E>),
    ...touched,
  )
}

/** A change whose body is given when it is made; `params` are the names in the path. */
export function useSend<const E extends Endpoint>(
  endpoint: E,
  params: GivenParams<E>,
  ...touched: readonly QueryKey[]
) {
  return useChange(
    (body: Given<PartOf<E, 'body'>>) => call(endpoint, { params, body } as unknown as CallInput<E>),
    ...touched,
  )
}
