import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { RowFilter } from '@/lib/contracts/filter'
import type { FigureListItem, FigureResult } from '@/lib/figures/types'
import { apiGet, apiUrl } from './api'
import { studyKeys } from './use-studies'

/** Figures that can be drawn for a study, with their options. */
export function useFigureList(studyId: string | null) {
  return useQuery({
    queryKey: [...studyKeys.one(studyId ?? ''), 'figures'],
    queryFn: ({ signal }) => apiGet<FigureListItem[]>(`/studies/${studyId}/figures`, {}, signal),
    enabled: studyId !== null,
    staleTime: 60_000,
  })
}

function figureQuery(options: Record<string, unknown>, filter: RowFilter) {
  return { options: JSON.stringify(options), filter: JSON.stringify(filter) }
}

/** One figure under options and filter; the previous drawing stays while a new one is made. */
export function useFigure(
  studyId: string,
  figureId: string,
  options: Record<string, unknown>,
  filter: RowFilter,
) {
  return useQuery({
    queryKey: [...studyKeys.one(studyId), 'figure', figureId, options, filter],
    queryFn: ({ signal }) =>
      apiGet<FigureResult>(
        `/studies/${studyId}/figures/${figureId}`,
        figureQuery(options, filter),
        signal,
      ),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
}

/** Address of the drawn values of a figure as CSV, where the table only sums them up. */
export function drawnValuesUrl(
  studyId: string,
  figureId: string,
  options: Record<string, unknown>,
  filter: RowFilter,
): string {
  return apiUrl(`/studies/${studyId}/figures/${figureId}/drawn`, figureQuery(options, filter))
}
