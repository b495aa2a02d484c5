import { keepPreviousData, useQueries, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

/** A list and its counts that were just read are not asked for again by going back; a change makes them stale at once. */
export const LIST_FRESH_MS = 10_000

/** What is known of a list as a whole. */
export interface Listed {
  total: number
  outOf: number
  serverMs: number
}

/** A list on the server that is read in windows. */
export interface WindowSource<Page extends Listed> {
  size: number
  keyOf(page: number): readonly unknown[]
  fetch(page: number, signal: AbortSignal): Promise<Page>
}

/** Windows of a list around what is in view; `itemAt` finds an entry in those that are here. */
export function useWindows<Page extends Listed & { offset: number }>(
  source: WindowSource<Page>,
  first: number,
  last: number,
) {
  const { size, keyOf, fetch } = source
  const from = Math.floor(Math.max(0, first) / size)
  const to = Math.floor(Math.max(0, last) / size)
  const pages = Array.from({ length: to - from + 1 }, (_, offset) => from + offset)
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: keyOf(page),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetch(page, signal),
      // The old rows stay while a new filter is on its way: nothing flashes.
      placeholderData: keepPreviousData<Page>,
      staleTime: LIST_FRESH_MS,
    })),
  })

  // Far scrolling shows rows not yet here; the length of the list is known from any earlier answer.
  const [listed, setListed] = useState<Listed | null>(null)
  const answer = results.find(
    (result) => result.data !== undefined && !result.isPlaceholderData,
  )?.data
  if (answer && (answer.total !== listed?.total || answer.outOf !== listed.outOf)) {
    setListed({ total: answer.total, outOf: answer.outOf, serverMs: answer.serverMs })
  }

  return {
    /** null before the first answer. */
    listed,
    itemAt<Item>(index: number, itemsOf: (page: Page) => readonly Item[]): Item | null {
      const page = results[Math.floor(index / size) - from]?.data
      return page ? (itemsOf(page)[index - page.offset] ?? null) : null
    },
    newest: answer ?? null,
    error: results.find((result) => result.error)?.error ?? null,
    isFetching: results.some((result) => result.isFetching),
    refetch: () => results.forEach((result) => void result.refetch()),
  }
}

/** Asks for one entry of a list, in view or not; null beyond its end. */
export function useItemAt<Page extends Listed & { offset: number }, Item>(
  { size, keyOf, fetch }: WindowSource<Page>,
  itemsOf: (page: Page) => readonly Item[],
): (index: number) => Promise<Item | null> {
  const client = useQueryClient()
  return async (index) => {
    const number = Math.floor(index / size)
    const page = await client.ensureQueryData({
      queryKey: keyOf(number),
      queryFn: ({ signal }) => fetch(number, signal),
    })
    return itemsOf(page)[index - page.offset] ?? null
  }
}
