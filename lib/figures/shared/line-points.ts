import { carriesValue } from '@/lib/contracts/status'
import { meanEstimate, medianEstimate, resamplesFor } from './estimate'
import { isPartial } from './groups'
import type { LinePoint } from './lines'
import { armOf, isDrawable, valuesOf } from './series'
import { groupKey } from './tiles'
import type { FigureData, FigureSeries, RowPlaces, SeriesCount } from '../types'

/** What the points of a column show. */
export interface LineReading {
  column: string
  statistic: 'mean' | 'median'
  /** Rows with a value over the whole figure: they decide how means are resampled. */
  rows: number
  published?(series: FigureSeries): number | null
}

/** Returns the mean or median of a column in every series, with its interval. */
export function linePoints(
  data: FigureData,
  counts: readonly SeriesCount[],
  { column, statistic, rows, published }: LineReading,
): LinePoint[] {
  const resamples = resamplesFor(rows)
  return data.series.map((series) => {
    const values = valuesOf(series, column)
    return {
      facet: series.seedSetKey,
      arm: armOf(series),
      round: series.round,
      n: values.length,
      ...(statistic === 'mean' ? meanEstimate(values, resamples) : medianEstimate(values)),
      published: published?.(series) ?? null,
      model: series.columns[column]?.model ?? null,
      partial: isPartial(counts.find((entry) => entry.seriesKey === series.key)),
    }
  })
}

/** Returns where the rows behind means are counted: number and sum of the values of each point. */
export function meanPlaces(data: FigureData, column: string): RowPlaces {
  const keyOf = (series: FigureSeries) =>
    groupKey(String(series.round), series.seedSetKey, armOf(series))
  const groups = data.series.map(keyOf)
  return {
    groups,
    perGroup: 2,
    edges: [],
    hasSums: true,
    of(series) {
      const source = series.columns[column]
      if (!source || !data.series.includes(series)) return null
      const { values, status, width } = source
      const at = 2 * groups.indexOf(keyOf(series))
      return (row, counts) => {
        const value = values[row * width] as number
        if (!carriesValue(status[row] ?? 0) || !isDrawable(value)) return
        counts[at] = (counts[at] as number) + 1
        counts[at + 1] = (counts[at + 1] as number) + value
      }
    },
  }
}

/** Returns what to say where means are not resampled. */
export function resamplingNote(rows: number, chosen: { statistic: string; intervals: boolean }) {
  return chosen.statistic === 'mean' && resamplesFor(rows) === 0 && chosen.intervals
    ? ['Intervals are normal approximations: the sets are too large to resample.']
    : []
}
