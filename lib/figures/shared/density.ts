import { histogram } from '@/lib/stats/histogram'
import { gaussianKde, linspace } from '@/lib/stats/kde'
import type { NoValueReason } from '@/lib/stats/no-value'
import { mean, quantileSorted, sampleStd } from '@/lib/stats/summary'
import type { FacetAxis, FigureTable, PreparedCommon, TableCell } from '../types'

/** One curve of a density figure. Arrays follow the shared edges and grid. */
export interface DensityCurve {
  arm: string
  n: number
  mean: number | null
  median: number | null
  sd: number | null
  q25: number | null
  q75: number | null
  /** Values left out of the histogram because they lie outside its edges; the smooth curve keeps them. */
  below: number
  above: number
  /** Share of values beyond the figure's threshold. */
  share: number | null
  counts: number[]
  density: number[]
  /** Cumulative share at each edge. */
  cumulative: number[]
  /** null when fewer than two values, or equal ones, leave nothing to smooth. */
  kde: number[] | null
  kdeMissing: NoValueReason | null
  bandwidth: number | null
  partial: boolean
}

export interface DensityCell {
  row: string
  column: string
  curves: DensityCurve[]
}

/** What a density figure draws: panels of histograms with smooth curves over one x axis. */
export interface DensityPrepared extends PreparedCommon {
  rows: FacetAxis[]
  columns: FacetAxis[]
  cells: DensityCell[]
  edges: number[]
  grid: { from: number; to: number; points: number }
  view: 'density' | 'cumulative'
  axis: 'shared' | 'own'
  bars: boolean
  reversed: boolean
  xLabel: string
  unit: string
  /** Range filter that a brushed range becomes; null when the column cannot be filtered by it. */
  selectColumn: string | null
  /** Printed in each panel: share of values beyond this. */
  threshold: { value: number; side: 'above' | 'below'; label: string } | null
  reference: { value: number; label: string } | null
  /** "row" when the values are one a row, else what they are. */
  unitName: string
}

export interface DensityGroup {
  row: string
  column: string
  series: { arm: string; values: Float64Array; partial: boolean }[]
}

export interface DensitySettings {
  edges: Float64Array
  gridFrom: number
  gridTo: number
  /** Times Scott's bandwidth. */
  bandwidth: number
  threshold: DensityPrepared['threshold']
}

// The published curves have 1,000 points; with many panels a quarter of them draws the same line in a tenth of the time.
const GRID_POINTS = 1000
const MANY_PANEL_POINTS = 250
const FEW_CURVES = 6
// Three million exponentials take about 30 ms, which a web request may hold the process for.
const DIRECT_LIMIT = 3_000_000

function curveOf(
  values: Float64Array,
  grid: Float64Array,
  how: { factor: number; direct: boolean },
) {
  const found = gaussianKde(values, grid, how)
  if (!found.ok) return { kde: null, kdeMissing: found.reason, bandwidth: null }
  // Twelve digits are far beyond the eye and halve the size of the reply.
  const kde = Array.from(found.density, (y) => Number(y.toPrecision(12)))
  return { kde, kdeMissing: null, bandwidth: found.bandwidth }
}

function shareBeyond(ascending: Float64Array, threshold: DensityPrepared['threshold']) {
  if (!threshold || ascending.length === 0) return null
  const beyond = ascending.filter((value) =>
    threshold.side === 'above' ? value > threshold.value : value < threshold.value,
  )
  return beyond.length / ascending.length
}

/**
 * Returns the panels of a density figure: histogram, cumulative share and smooth curve of every series. Series and
 * panels without any value are left out.
 */
export function densityCells(all: readonly DensityGroup[], settings: DensitySettings) {
  const groups = all.flatMap((group) => {
    const series = group.series.filter((one) => one.values.length > 0)
    return series.length > 0 ? [{ ...group, series }] : []
  })
  const drawn = groups.flatMap((group) => group.series)
  const points = drawn.length <= FEW_CURVES ? GRID_POINTS : MANY_PANEL_POINTS
  const grid = linspace(settings.gridFrom, settings.gridTo, points)
  const work = drawn.reduce((sum, series) => sum + series.values.length, 0) * points
  const cells = groups.map(({ row, column, series }): DensityCell => ({
    row,
    column,
    curves: series.map(({ arm, values, partial }) => {
      const bins = histogram(values, settings.edges)
      const ascending = values.slice().sort()
      const n = values.length
      const at = (q: number) => (n === 0 ? null : quantileSorted(ascending, q))
      let running = bins.nBelow
      const cumulative = [running, ...Array.from(bins.counts, (c) => (running += c))]
      return {
        arm,
        n,
        mean: n === 0 ? null : mean(values),
        median: at(0.5),
        sd: n < 2 ? null : sampleStd(values),
        q25: at(0.25),
        q75: at(0.75),
        below: bins.nBelow,
        above: bins.nAbove,
        share: shareBeyond(ascending, settings.threshold),
        counts: Array.from(bins.counts),
        density: Array.from(bins.density),
        cumulative: cumulative.map((c) => (n === 0 ? 0 : c / n)),
        ...curveOf(values, grid, { factor: settings.bandwidth, direct: work <= DIRECT_LIMIT }),
        partial,
      }
    }),
  }))
  return { cells, grid: { from: settings.gridFrom, to: settings.gridTo, points } }
}

function facetCells(prepared: DensityPrepared, cell: DensityCell, arm: string) {
  const label = (axis: FacetAxis[], key: string) =>
    axis.find((entry) => entry.key === key)?.label ?? key
  return {
    panel: label(prepared.rows, cell.row),
    column: label(prepared.columns, cell.column),
    arm: prepared.arms.find((entry) => entry.key === arm)?.label ?? arm,
  }
}

const FACET_COLUMNS = [
  { key: 'column', label: 'Seed set', unit: '' },
  { key: 'panel', label: 'Panel', unit: '' },
  { key: 'arm', label: 'Arm', unit: '' },
]

/** Returns one line a curve: n, mean, median, spread, values off the axis. */
export function densityTable(prepared: DensityPrepared): FigureTable {
  const { threshold, unit } = prepared
  const shareColumn = threshold
    ? [{ key: 'share', label: `Share ${threshold.label}`, unit: '%' }]
    : []
  const rows = prepared.cells.flatMap((cell) =>
    cell.curves.map((curve): Record<string, TableCell> => ({
      ...facetCells(prepared, cell, curve.arm),
      n: curve.n,
      mean: curve.mean,
      median: curve.median,
      sd: curve.sd,
      q25: curve.q25,
      q75: curve.q75,
      ...(threshold ? { share: curve.share === null ? null : 100 * curve.share } : {}),
      outside: curve.below + curve.above,
      bandwidth: curve.bandwidth,
    })),
  )
  return {
    columns: [
      ...FACET_COLUMNS,
      { key: 'n', label: 'Values', unit: '' },
      { key: 'mean', label: 'Mean', unit },
      { key: 'median', label: 'Median', unit },
      { key: 'sd', label: 'SD', unit },
      { key: 'q25', label: 'Lower quartile', unit },
      { key: 'q75', label: 'Upper quartile', unit },
      ...shareColumn,
      { key: 'outside', label: 'Off the axis', unit: '' },
      { key: 'bandwidth', label: 'Bandwidth', unit },
    ],
    rows,
  }
}

/** Returns every bin of every curve with its count, density, and the smooth curve at its centre. */
export function densityDrawn(prepared: DensityPrepared): FigureTable {
  const { edges, grid, unit } = prepared
  const kdeAt = (kde: number[] | null, x: number): number | null => {
    if (!kde) return null
    const position = ((x - grid.from) / (grid.to - grid.from)) * (grid.points - 1)
    const low = Math.min(Math.max(Math.floor(position), 0), grid.points - 2)
    const share = position - low
    return (kde[low] as number) * (1 - share) + (kde[low + 1] as number) * share
  }
  const rows = prepared.cells.flatMap((cell) =>
    cell.curves.flatMap((curve) =>
      curve.counts.map((counted, b): Record<string, TableCell> => {
        const from = edges[b] as number
        const to = edges[b + 1] as number
        return {
          ...facetCells(prepared, cell, curve.arm),
          from,
          to,
          count: counted,
          density: curve.density[b] as number,
          cumulative: curve.cumulative[b + 1] as number,
          kde: kdeAt(curve.kde, (from + to) / 2),
        }
      }),
    ),
  )
  return {
    columns: [
      ...FACET_COLUMNS,
      { key: 'from', label: 'From', unit },
      { key: 'to', label: 'To', unit },
      { key: 'count', label: 'Count', unit: '' },
      { key: 'density', label: 'Density', unit: '' },
      { key: 'cumulative', label: 'Cumulative share', unit: '' },
      { key: 'kde', label: 'Smooth density at the centre', unit: '' },
    ],
    rows,
  }
}
