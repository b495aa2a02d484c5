import { carriesValue } from '@/lib/contracts/status'
import { meanEstimate, medianEstimate, resamplesFor } from './estimate'
import { isPartial } from './groups'
import { pointKey, type LinePoint } from './lines'
import { armOf, isDrawable, valuesOf } from './series'
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

/** A column whose means are drawn, with the row of panels where there are several. */
interface MeanPart {
  data: FigureData
  column: string
  row?: string
}

/** Returns where the rows behind means are counted: number and sum of the values of each point. */
export function meanPlaces(parts: readonly MeanPart[]): RowPlaces {
  const keyOf = (series: FigureSeries, { row }: MeanPart) =>
    pointKey({
      facet: series.seedSetKey,
      arm: armOf(series),
      round: series.round,
      ...(row === undefined ? {} : { row }),
    })
  const groups = parts.flatMap((part) => part.data.series.map((series) => keyOf(series, part)))
  return {
    groups,
    perGroup: 2,
    edges: [],
    hasSums: true,
    of(series) {
      const read = parts.flatMap((part) => {
        const source = series.columns[part.column]
        const isDrawn = source && part.data.series.includes(series)
        return isDrawn ? [{ ...source, at: 2 * groups.indexOf(keyOf(series, part)) }] : []
      })
      return (row, counts) => {
        for (const { values, status, width, at } of read) {
          const value = values[row * width] as number
          if (!carriesValue(status[row] ?? 0) || !isDrawable(value)) continue
          counts[at] = (counts[at] as number) + 1
          counts[at + 1] = (counts[at + 1] as number) + value
        }
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
