import type { FacetAxis, FigureData, FigureSeries } from '../types'
import { ALL } from './groups'
import { armOf, roundLabel } from './series'

/** How the panels of a figure that pools rows are split downwards. */
export type PanelSplit = 'evolver' | 'cell' | typeof ALL

/** Returns the panel row in which a series is pooled. */
export function rowKey(series: FigureSeries, split: PanelSplit): FacetAxis {
  if (split === ALL) return { key: ALL, label: '' }
  const arm = { key: armOf(series), label: series.armLabel }
  if (split === 'evolver') return arm
  return series.armKey === null
    ? arm
    : {
        key: `${series.round}/${arm.key}`,
        label: `${roundLabel(series.round)}, ${series.armLabel}`,
      }
}

/** Returns the panel rows of the data, seeds first, then by round and evolver. */
export function rowsFor(data: FigureData, split: PanelSplit): FacetAxis[] {
  const place = (series: FigureSeries) => (series.armKey === null ? -1 : series.colorIndex)
  const inOrder = data.series.toSorted(
    (a, b) => (split === 'cell' ? a.round - b.round : 0) || place(a) - place(b),
  )
  return [...new Map(inOrder.map((one) => [rowKey(one, split).key, rowKey(one, split)])).values()]
}

/** Returns the value that all have, null where they differ or there is none. */
export function only<T>(values: readonly T[]): T | null {
  return new Set(values).size === 1 ? (values[0] as T) : null
}
