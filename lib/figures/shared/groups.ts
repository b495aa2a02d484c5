import type { FacetAxis, FigureData, FigureSeries, SeriesCount } from '../types'
import type { DensityGroup } from './density'
import { armOf, roundLabel, roundsOf, seedSetsOf } from './series'

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

/** Returns the density panels of the data, with the values that `read` gives for each series. */
export function densityGroups(
  data: FigureData,
  grid: PanelGrid,
  counts: readonly SeriesCount[],
  read: (series: FigureSeries) => Float64Array,
): DensityGroup[] {
  const partial = new Map(counts.map((entry) => [entry.seriesKey, isPartial(entry)]))
  return panelSeries(data, grid).map(({ row, column, series }) => ({
    row,
    column,
    series: series.map((one) => ({
      arm: armOf(one),
      values: read(one),
      partial: partial.get(one.key) ?? false,
    })),
  }))
}
