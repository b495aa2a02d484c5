'use client'

import type { FigureSelection } from '@/lib/figures/types'
import { filterEdge } from '@/lib/figures/shared/tiles'
import { useBrush } from './brush'
import { useFigure } from './interaction'

/** First place of a marked range and the one that moves, as places along its axis. */
export type RangeEnds = readonly [anchor: number, moving: number]

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }
const MOVING_WHOLE = ['ArrowDown', 'ArrowUp']

/**
 * Returns the ends of a range after a key that is held with Shift: Left and Right move one end, Up and Down the whole
 * range, none further than `last`. Null for other keys.
 */
export function endsAfterKey(
  key: string,
  [anchor, moving]: RangeEnds,
  last: number,
): RangeEnds | null {
  const step = STEPS[key]
  if (step === undefined) return null
  const within = (place: number) => place >= 0 && place <= last
  const ends = [MOVING_WHOLE.includes(key) ? anchor + step : anchor, moving + step] as const
  return ends.every(within) ? ends : [anchor, moving]
}

/** Returns the ends of a range that a key goes on with: those of `marked`, of which the nearer one to `here` moves, or `here` alone. */
export function endsAt(here: number, marked: readonly [number, number] | null): RangeEnds {
  if (!marked) return [here, here]
  const [first, last] = marked
  return Math.abs(here - first) < Math.abs(here - last) ? [last, first] : [first, last]
}

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
 * Returns what marks a range on a figure's axis. Let go, it becomes the filter of the page where the axis stands for
 * `column`; with null it stays a mark of this figure.
 */
export function useRangeMark(column: string | null) {
  const { store } = useFigure()
  const brush = useBrush()
  const linked = column === null ? null : brush
  return {
    /** The range that is marked now, or by which the page is filtered. */
    range: () => store.get().range ?? brush?.range ?? null,
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
