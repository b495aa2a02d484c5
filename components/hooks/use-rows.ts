import { keepPreviousData, skipToken, useIsFetching, useQuery } from '@tanstack/react-query'
import type { AtomOf } from '@/lib/contracts/condition'
import type { FacetCounts, Facets } from '@/lib/contracts/facets'
import type { RowFilter, ViewState } from '@/lib/contracts/filter'
import {
  checkRegexEndpoint,
  conditionCountsEndpoint,
  describeEndpoint,
  embedTextEndpoint,
  facetsEndpoint,
  listRowsEndpoint,
  nearbyRowsEndpoint,
  operatorsEndpoint,
  repeatsEndpoint,
  rowDetailEndpoint,
  searchProgressEndpoint,
} from '@/lib/api/rows'
import type { ColumnHistogram, RowPage } from '@/lib/contracts/rows'
import { call } from './api'
import { broughtAlong } from './filtered'
import { useAsk } from './use-ask'
import { jobKeys, searchProgressKey, studyKeys } from './keys'
import { useSend } from './use-change'
import { LIST_FRESH_MS } from './use-windows'

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

/** What is wrong with a regular expression, and where; null while it can be run or nothing is asked. */
export function useRegexError(pattern: string | null, ignoreCase: boolean) {
  const query = { pattern: pattern ?? '', ignoreCase }
  const { data, isFetching } = useAsk(
    checkRegexEndpoint,
    { query },
    studyKeys.regex(query.pattern, ignoreCase),
    { enabled: pattern !== null && pattern !== '', staleTime: Infinity },
  )
  return {
    error: pattern === null ? null : (data?.error ?? null),
    isChecked: !isFetching && data !== undefined,
  }
}

/** Groups of copies in a study, for near ones at each likeness that can be chosen. */
export function useRepeats(studyId: string, of: AtomOf<'repeats'>['of'], isAcross: boolean) {
  return useAsk(
    repeatsEndpoint,
    { params: { studyId }, query: { of, ...(isAcross ? { across: 'study' as const } : {}) } },
    studyKeys.repeats(studyId, of, isAcross),
    { retry: false },
  )
}

// Often enough to see it move, rarely enough to cost the search nothing.
const PROGRESS_MS = 300

/** Whether rows of a study are asked for now, and how far a search of their texts is once it takes long. */
export function useSearchProgress(studyId: string, isSearch: boolean) {
  const isAsking = useIsFetching({ queryKey: studyKeys.rows(studyId) }) > 0 && isSearch
  const { data } = useAsk(searchProgressEndpoint, {}, searchProgressKey, {
    enabled: isAsking,
    refetchInterval: PROGRESS_MS,
    gcTime: 0,
    staleTime: 0,
  })
  return { isAsking, progress: isAsking ? (data?.search ?? null) : null }
}

/** Has a typed text embedded, so that rows can be compared with it. */
export function useEmbedText(studyId: string) {
  return useSend(embedTextEndpoint, { studyId }, jobKeys.all)
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
  return useQuery({
    queryKey: studyKeys.rowCount(studyId, counted.filter),
    queryFn: async (asked): Promise<RowPage> => {
      const query = { state: counted, offset: 0, limit: 1 }
      const { signal } = asked
      return (
        (await broughtAlong<RowPage>(asked, studyId, counted.filter)) ??
        call(listRowsEndpoint, { params: { studyId }, query, signal })
      )
    },
    select: (page) => ({ total: page.total, outOf: page.outOf }),
    staleTime: LIST_FRESH_MS,
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** One row whole, with the places that the filter searches for. */
export function useRowDetail(
  studyId: string,
  row: { cellId: string; idx: number } | null,
  { text, find, where }: Pick<RowFilter, 'text' | 'find' | 'where'>,
) {
  const filter = { text, ...(find ? { find } : {}), ...(where ? { where } : {}) }
  return useQuery({
    queryKey: studyKeys.row(studyId, row, filter),
    queryFn: row
      ? ({ signal }) =>
          call(rowDetailEndpoint, {
            params: { studyId, ...row },
            query: { state: { filter } },
            signal,
          })
      : skipToken,
    placeholderData: keepPreviousData,
  })
}

/** What a filter leaves to choose from, with histograms of columns: one request a change. */
export function useFacets(
  studyId: string,
  filter: RowFilter,
  columns: readonly string[],
  enabled = true,
) {
  return useQuery({
    queryKey: studyKeys.facets(studyId, filter, columns),
    queryFn: async (asked): Promise<Facets> => {
      const query = { state: { filter }, counted: [...columns] }
      const { signal } = asked
      return (
        (await broughtAlong<Facets>(asked, studyId, filter)) ??
        call(facetsEndpoint, { params: { studyId }, query, signal })
      )
    },
    staleTime: LIST_FRESH_MS,
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** The user's own tags with the rows that have them under the other parts of a filter; chosen ones that are gone with none. */
export function useTags(studyId: string, filter: RowFilter): FacetCounts {
  const known = useFacets(studyId, filter, []).data?.tags ?? []
  const gone = (filter.tags ?? []).filter((tag) => !known.some(({ key }) => key === tag))
  return [...known, ...gone.map((key) => ({ key, rows: 0 }))]
}

/** Rows that each condition of the filter's tree keeps by itself, and that the filter would keep without it. */
export function useConditionCounts(studyId: string, filter: RowFilter) {
  return useAsk(
    conditionCountsEndpoint,
    { params: { studyId }, query: { state: { filter } } },
    studyKeys.conditionCounts(studyId, filter),
    { enabled: filter.where !== undefined },
  )
}

/** Which columns and words differ most between the rows of a filter and the rest. */
export function useDescription(studyId: string, filter: RowFilter, enabled: boolean) {
  return useAsk(
    describeEndpoint,
    { params: { studyId }, query: { state: { filter }, columns: null } },
    studyKeys.description(studyId, filter),
    { enabled },
  )
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
  const { data } = useFacets(studyId, filter, columns, enabled && columns.length > 0)
  return columns.map((id) => data?.columns.find(({ column }) => column === id) ?? null)
}
