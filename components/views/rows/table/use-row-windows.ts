import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { studyKeys } from '@/components/hooks/keys'
import { fetchRowWindow, ROW_WINDOW } from '@/components/hooks/use-rows'
import type { ViewState } from '@/lib/contracts/filter'
import type { RowListItem } from '@/lib/contracts/rows'

/** What is known of the list as a whole. */
export interface ListedRows {
  total: number
  outOf: number
  serverMs: number
}

interface RowWindows {
  /** null before the first answer. */
  listed: ListedRows | null
  rowAt(index: number): RowListItem | null
  error: unknown
  isFetching: boolean
  refetch(): void
}

/** Rows of the list by index, asked for in windows around what is in view. */
export function useRowWindows(
  studyId: string,
  state: ViewState,
  first: number,
  last: number,
): RowWindows {
  const from = Math.floor(Math.max(0, first) / ROW_WINDOW)
  const to = Math.floor(Math.max(0, last) / ROW_WINDOW)
  const pages = Array.from({ length: to - from + 1 }, (_, offset) => from + offset)
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: studyKeys.rowWindow(studyId, state, page),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        fetchRowWindow(studyId, state, page, signal),
      // The old rows stay while a new filter is on its way: nothing flashes.
      placeholderData: keepPreviousData,
      staleTime: 10_000,
    })),
  })

  // Far scrolling shows rows not yet here; the length of the list is known from any earlier answer.
  const [listed, setListed] = useState<ListedRows | null>(null)
  const answer = results.find(
    (result) => result.data !== undefined && !result.isPlaceholderData,
  )?.data
  if (answer && (answer.total !== listed?.total || answer.outOf !== listed.outOf)) {
    setListed({ total: answer.total, outOf: answer.outOf, serverMs: answer.serverMs })
  }

  return {
    listed,
    rowAt: (index) => {
      const page = results[Math.floor(index / ROW_WINDOW) - from]?.data
      return page?.rows[index - page.offset] ?? null
    },
    error: results.find((result) => result.error)?.error ?? null,
    isFetching: results.some((result) => result.isFetching),
    refetch: () => results.forEach((result) => void result.refetch()),
  }
}
