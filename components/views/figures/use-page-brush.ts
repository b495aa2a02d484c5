'use client'

import { parseAsString, useQueryState } from 'nuqs'
import { useEffect, useMemo, useState } from 'react'
import { BrushStore, type FigureBrush } from '@/components/figures/brush'
import { askBrushTiles } from '@/components/hooks/use-figures'
import { compactFilter, type ViewStateControls } from '@/components/hooks/use-view-state'
import type { RowFilter } from '@/lib/contracts/filter'
import { filterOf } from './selection'

/** Name of the brushed figure and its column in the address: `ifd-density,ifd.strict`. */
const BRUSH_PARAM = 'brush'

/** The figure and column whose brush filters the page, in the address. */
const useBrushSource = () =>
  useQueryState(BRUSH_PARAM, parseAsString.withOptions({ history: 'push' }))

/** The brush of the figures page: which figures follow it, and what the page's filter has of it. */
export interface PageBrush {
  /** The brush as one figure sees it. */
  of(figureId: string): FigureBrush
  /** The filter of a figure: the brushed one shows the rows outside of its range as well. */
  filterOf(figureId: string): RowFilter
  store: BrushStore
}

const sameRows = (a: RowFilter, b: RowFilter) =>
  JSON.stringify(compactFilter(a)) === JSON.stringify(compactFilter(b))

/** Links the figures of a page: a range that is marked in one becomes the filter of all, and a step of the history. */
export function usePageBrush(
  studyId: string,
  { state, setFilter }: Pick<ViewStateControls, 'state' | 'setFilter'>,
): PageBrush {
  const { filter } = state
  const [source, setSource] = useBrushSource()
  const [store] = useState(
    () => new BrushStore((request, signal) => askBrushTiles(studyId, request, signal)),
  )
  useEffect(() => store.show(filter), [store, filter])
  useEffect(() => () => store.end(), [store])

  return useMemo(() => {
    const [brushed, column] = source?.split(',') ?? []
    const range = filter.ranges.find((one) => one.column === column)
    const isSource = (figureId: string) => range !== undefined && figureId === brushed
    const without = {
      ...filter,
      ranges: range ? filter.ranges.filter((one) => one !== range) : filter.ranges,
    }
    return {
      store,
      filterOf: (figureId) => (isSource(figureId) ? without : filter),
      of: (figureId) => ({
        store,
        figureId,
        range:
          isSource(figureId) && range && range.min !== null && range.max !== null
            ? [range.min, range.max]
            : null,
        release(selection) {
          const next = filterOf(selection, filter)
          if (sameRows(next, filter)) store.end()
          else store.hold()
          setFilter(next)
          void setSource(`${figureId},${selection.column ?? ''}`)
        },
        clear() {
          store.end()
          if (!isSource(figureId)) return
          setFilter(without)
          void setSource(null)
        },
      }),
    }
  }, [source, filter, store, setFilter, setSource])
}
