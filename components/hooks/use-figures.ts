import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { unchosenColumn, type FigureMeta } from '@/lib/contracts/figure'
import type { RowFilter } from '@/lib/contracts/filter'
import {
  brushEndpoint,
  drawnValuesEndpoint,
  figureEndpoint,
  listFiguresEndpoint,
} from '@/lib/api/figures'
import type { BrushQuestion } from '@/components/figures/brush'
import { call, endpointUrl } from './api'
import { studyKeys } from './keys'

/** Figures that can be drawn for a study, with their options. */
export function useFigureList(studyId: string | null) {
  return useQuery({
    queryKey: studyKeys.figures(studyId ?? ''),
    queryFn:
      studyId === null
        ? skipToken
        : ({ signal }) => call(listFiguresEndpoint, { params: { studyId }, signal }),
    staleTime: 60_000,
  })
}

/** One figure under options and filter; the previous drawing stays while a new one is made. Nothing is asked while a column is to be chosen, or before the figure is wanted. */
export function useFigure(
  studyId: string,
  meta: FigureMeta,
  options: Record<string, unknown>,
  filter: RowFilter,
  isWanted: boolean,
) {
  const { id: figureId } = meta
  const isOpen = unchosenColumn(meta, options) !== null
  return useQuery({
    queryKey: studyKeys.figure(studyId, figureId, options, filter),
    queryFn:
      isOpen || !isWanted
        ? skipToken
        : ({ signal }) =>
            call(figureEndpoint, {
              params: { studyId, figureId },
              query: { options, filter },
              signal,
            }),
    ...(isOpen ? {} : { placeholderData: keepPreviousData }),
    staleTime: 10_000,
  })
}

/** Asks once for what redraws the other figures while a range is marked on the axis of one. */
export function askBrushTiles(studyId: string, request: BrushQuestion, signal: AbortSignal) {
  const { figureId, ...query } = request
  return call(brushEndpoint, { params: { studyId, figureId }, query, signal })
}

/** Address of the drawn values of a figure as CSV, where the table only sums them up. */
export function drawnValuesUrl(
  studyId: string,
  figureId: string,
  options: Record<string, unknown>,
  filter: RowFilter,
): string {
  return endpointUrl(drawnValuesEndpoint, {
    params: { studyId, figureId },
    query: { options, filter },
  })
}
