import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query'

/** A change sent to the server; what it touches is read again when it is done or has failed. */
export function useChange<Input, Reply>(
  send: (input: Input) => Promise<Reply>,
  ...touched: readonly QueryKey[]
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () => Promise.all(touched.map((queryKey) => client.invalidateQueries({ queryKey }))),
    // The input may hold a typed key; nothing of it stays once the request is over.
    gcTime: 0,
  })
}
