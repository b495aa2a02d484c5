import { keepPreviousData, skipToken, useQueries, useQuery } from '@tanstack/react-query'
import type { RowFilter, ViewState } from '@/lib/contracts/filter'
import {
  histogramEndpoint,
  listRowsEndpoint,
  nearbyRowsEndpoint,
  operatorsEndpoint,
  rowDetailEndpoint,
} from '@/lib/api/rows'
import type { ColumnHistogram, RowPage } from '@/lib/contracts/rows'
import { call } from './api'
import { useAsk } from './use-ask'
import { studyKeys } from './keys'

/** Rows asked for at once: three screens at 1080 px, so that a scroll rarely waits and an answer stays small. */
export const ROW_WINDOW = 100

export function fetchRowWindow(
  studyId: string,
  state: ViewState,
  page: number,
  signal?: AbortSignal,
): Promise<RowPage> {
  const query = { state, offset: page * ROW_WINDOW, limit: ROW_WINDOW }
  return call(listRowsEndpoint, { params: { studyId }, query, signal })
}

/** Operators that the study's rows name; empty until they are known. */
export function useOperators(studyId: string): string[] {
  const query = useAsk(operatorsEndpoint, { params: { studyId } }, studyKeys.operators(studyId))
  return query.data ?? []
}

/** Number of rows that pass a filter, with the number of all rows. Asks for no row. */
export function useRowCount(studyId: string, state: ViewState, enabled = true) {
  const counted: ViewState = {
    filter: state.filter,
    sort: { column: 'position', descending: false },
    columns: [],
  }
  return useAsk(
    listRowsEndpoint,
    { params: { studyId }, query: { state: counted, offset: 0, limit: 1 } },
    studyKeys.rowCount(studyId, counted.filter),
    {
      select: (page) => ({ total: page.total, outOf: page.outOf }),
      placeholderData: keepPreviousData,
      enabled,
    },
  )
}

export function useRowDetail(studyId: string, row: { cellId: string; idx: number } | null) {
  return useQuery({
    queryKey: studyKeys.row(studyId, row),
    queryFn: row
      ? ({ signal }) => call(rowDetailEndpoint, { params: { studyId, ...row }, signal })
      : skipToken,
    placeholderData: keepPreviousData,
  })
}

/** Rows with the same instruction as a row, and its neighbours. */
export function useNearbyRows(studyId: string, { cellId, idx }: { cellId: string; idx: number }) {
  const params = { studyId, cellId, idx }
  return useAsk(nearbyRowsEndpoint, { params }, studyKeys.nearby(studyId, { cellId, idx }))
}

/** Histograms of columns over the filtered rows, in the order of the ids; null while one is loading. */
export function useHistograms(
  studyId: string,
  columns: readonly string[],
  filter: RowFilter,
  enabled: boolean,
): (ColumnHistogram | null)[] {
  const results = useQueries({
    queries: columns.map((column) => ({
      queryKey: studyKeys.histogram(studyId, column, filter),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call(histogramEndpoint, {
          params: { studyId },
          query: { column, state: { filter } },
          signal,
        }),
      placeholderData: keepPreviousData,
      staleTime: 10_000,
      enabled,
    })),
  })
  // With another set of columns the placeholder of a place may belong to its former column.
  return results.map((result, index) =>
    result.data?.column === columns[index] ? (result.data ?? null) : null,
  )
}
