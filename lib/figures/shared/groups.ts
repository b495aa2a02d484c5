import type { FacetAxis, FigureData, FigureSeries, SeriesCount } from '../types'
import type { DensityGroup } from './density'
import { pooled } from './order'
import { armOf, armsOf, roundLabel, roundsOf, seedSetsOf } from './series'
import { totals } from './text'

/** Returns whether a series' column is still being computed. */
export function isPartial(entry: SeriesCount | undefined): boolean {
  return entry !== undefined && entry.done < entry.total
}

/** The panels of a figure: rounds downwards, seed sets across. */
export interface PanelGrid {
  rows: FacetAxis[]
  columns: FacetAxis[]
}

/** Returns the panel grid of the data: one row a round, one column a seed set. */
export function roundGrid(data: FigureData): PanelGrid {
  const rows = roundsOf(data).map((round) => ({ key: String(round), label: roundLabel(round) }))
  return { rows, columns: seedSetsOf(data) }
}

/** Returns the series of each panel that has any, in reading order, seeds first and then by arm. */
export function panelSeries(data: FigureData, grid: PanelGrid) {
  return grid.rows.flatMap((row) =>
    grid.columns.flatMap((column) => {
      const inside = (series: FigureSeries) =>
        String(series.round) === row.key && series.seedSetKey === column.key
      const series = data.series.filter(inside)
      return series.length > 0 ? [{ row: row.key, column: column.key, series }] : []
    }),
  )
}

/** Returns the panel rows that are among the given keys: those in which any panel has something to show. */
export function rowsWith(rows: readonly FacetAxis[], keys: readonly string[]): FacetAxis[] {
  return rows.filter((row) => keys.includes(row.key))
}

/** Panels with the series that each one pools. */
export interface Panels extends PanelGrid {
  holds(series: FigureSeries, row: string, column: string): boolean
}

/** Key and label of a panel row or column that pools all. */
export const ALL = 'all'

/** Returns the columns of a panel grid: one a seed set, or one for all. */
export function seedSetColumns(data: FigureData, pooled: boolean): FacetAxis[] {
  return pooled ? [{ key: ALL, label: 'All seed sets' }] : seedSetsOf(data)
}

/** Returns one panel a round and seed set. */
export function roundPanels(data: FigureData): Panels {
  return {
    ...roundGrid(data),
    holds: (series, row, column) => String(series.round) === row && series.seedSetKey === column,
  }
}

/**
 * Returns the density panels of the data. `read` gives the values of a series in a panel row, in parts that ascend.
 * Series and panels without values are left out.
 */
export function densityGroups(
  data: FigureData,
  counts: readonly SeriesCount[],
  { rows, columns, holds }: Panels,
  read: (series: FigureSeries, row: string) => Float64Array[],
): DensityGroup[] {
  const countOf = new Map(counts.map((entry) => [entry.seriesKey, entry]))
  const arms = armsOf(data, counts)
  return rows.flatMap(({ key: row }) =>
    columns.flatMap(({ key: column }): DensityGroup[] => {
      const series = arms.flatMap((arm) => {
        const members = data.series.filter(
          (one) => armOf(one) === arm.key && holds(one, row, column),
        )
        const values = pooled(members.flatMap((one) => read(one, row)))
        if (values.length === 0) return []
        const own = members.flatMap((one) => countOf.get(one.key) ?? [])
        const { missing } = totals(own)
        return [{ arm: arm.key, values, partial: own.some(isPartial), missing }]
      })
      return series.length > 0 ? [{ row, column, series }] : []
    }),
  )
}
