'use client'

import type { FigureSelection } from '@/lib/figures/types'
import { filterEdge } from '@/lib/figures/shared/tiles'
import { useBrush } from './brush'
import { useFigure, useInteraction } from './interaction'

/** Returns the rows whose value lies in a range of the axis. */
export function rangeSelection(
  column: string | null,
  range: readonly [number, number],
  armKey: string | null,
): FigureSelection {
  const [min, max] = [filterEdge(range[0]), filterEdge(range[1])]
  return { column, min, max, seedSetKey: null, armKey, round: null }
}

/**
 * Returns the range that is marked on a figure's axis, and what marks one. Let go, it becomes the filter of the page
 * where the axis stands for `column`; with null it stays a mark of this figure.
 */
export function useRangeMark(column: string | null) {
  const { store } = useFigure()
  const brush = useBrush()
  const marked = useInteraction('range')
  const linked = column === null ? null : brush
  return {
    range: marked ?? brush?.range ?? null,
    mark(next: readonly [number, number]) {
      const isFirst = store.get().range === null
      store.set({ range: next })
      if (isFirst) linked?.store.begin(linked.figureId)
      linked?.store.move(next)
    },
    release() {
      const { range } = store.get()
      if (!linked) return
      if (range) linked.release(rangeSelection(column, range, null))
      else linked.clear()
      store.set({ range: null })
    },
    /** Takes the mark away without filtering. */
    cancel() {
      store.set({ range: null })
      brush?.store.end()
    },
  }
}
