import { createParser, parseAsArrayOf, parseAsString, useQueryStates } from 'nuqs'
import { useCallback, useMemo } from 'react'
import type { RowFilter, RowSort, ViewState } from '@/lib/contracts/filter'
import type { RangeFilter } from '@/lib/contracts/column-filter'
import { emptyFilter, rowFilterSchema } from '@/lib/contracts/filter'

/** Names of the view's parts in the URL; the same on every page of a study, so that a link keeps the filter. */
const VIEW_PARAMS = { filter: 'filter', sort: 'sort', columns: 'cols' } as const

const NO_FILTER = emptyFilter()
const BY_POSITION: RowSort = { column: 'position', descending: false }

/** Returns the parts of a filter that differ from "all rows", or null when there are none. */
export function compactFilter(filter: RowFilter): Partial<RowFilter> | null {
  const entries = Object.entries(filter).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : Boolean(value),
  )
  return entries.length > 0 ? (Object.fromEntries(entries) as Partial<RowFilter>) : null
}

/** Parts of a filter to be replaced; undefined takes a part away. */
export type FilterPatch = { [Key in keyof RowFilter]?: RowFilter[Key] | undefined }

/** Returns a filter with parts replaced. */
function patchFilter(filter: RowFilter, patch: FilterPatch): RowFilter {
  const entries = Object.entries({ ...filter, ...patch }).filter(([, value]) => value !== undefined)
  return rowFilterSchema.parse(Object.fromEntries(entries))
}

export function isFiltered(filter: RowFilter): boolean {
  return compactFilter(filter) !== null
}

const filterParser = createParser<RowFilter>({
  parse: (text) => {
    const parsed = rowFilterSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  },
  serialize: (filter) => JSON.stringify(compactFilter(filter) ?? {}),
  eq: (a, b) => JSON.stringify(compactFilter(a)) === JSON.stringify(compactFilter(b)),
}).withDefault(NO_FILTER)

const sortParser = createParser<RowSort>({
  parse: (text) =>
    text.startsWith('-')
      ? { column: text.slice(1), descending: true }
      : { column: text, descending: false },
  serialize: (sort) => `${sort.descending ? '-' : ''}${sort.column}`,
  eq: (a, b) => a.column === b.column && a.descending === b.descending,
}).withDefault(BY_POSITION)

const parsers = {
  filter: filterParser,
  sort: sortParser,
  columns: parseAsArrayOf(parseAsString),
}

export interface ViewStateControls {
  /** Null columns = the user chose none, so the study's default columns are shown. */
  state: Omit<ViewState, 'columns'> & { columns: string[] | null }
  setFilter(patch: FilterPatch): void
  clearFilter(): void
  /** Adds or replaces the range of one column; null removes it. */
  setRange(column: string, range: Omit<RangeFilter, 'column'> | null): void
  setSort(sort: RowSort): void
  setColumns(columns: string[] | null): void
  /** Replaces whole parts at once, for saved views and undo. */
  setView(view: Partial<ViewState>): void
}

/** Filter, sort and columns of the current page, kept in the URL. A change is a step of the browser's history. */
export function useViewState(): ViewStateControls {
  const [state, setState] = useQueryStates(parsers, { urlKeys: VIEW_PARAMS, history: 'push' })

  // From the newest state, not the drawn one: two changes may come before the page is drawn again.
  const setFilter = useCallback(
    (patch: FilterPatch) => void setState(({ filter }) => ({ filter: patchFilter(filter, patch) })),
    [setState],
  )
  const clearFilter = useCallback(() => void setState({ filter: null }), [setState])
  const setRange = useCallback(
    (column: string, range: Omit<RangeFilter, 'column'> | null) =>
      void setState(({ filter }) => {
        const others = filter.ranges.filter((other) => other.column !== column)
        return {
          filter: { ...filter, ranges: range ? [...others, { column, ...range }] : others },
        }
      }),
    [setState],
  )
  const setSort = useCallback((sort: RowSort) => void setState({ sort }), [setState])
  const setColumns = useCallback(
    (columns: string[] | null) => void setState({ columns }),
    [setState],
  )
  const setView = useCallback((view: Partial<ViewState>) => void setState(view), [setState])

  return useMemo(
    () => ({ state, setFilter, clearFilter, setRange, setSort, setColumns, setView }),
    [state, setFilter, clearFilter, setRange, setSort, setColumns, setView],
  )
}

/** Returns the query string that carries a filter to another page, with its question mark, or ''. */
export function filterQuery(filter: RowFilter): string {
  const compact = compactFilter(filter)
  return compact
    ? `?${new URLSearchParams({ [VIEW_PARAMS.filter]: JSON.stringify(compact) }).toString()}`
    : ''
}
