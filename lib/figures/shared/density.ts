import { histogram, type Histogram } from '@/lib/stats/histogram'
import { gaussianKde, linspace } from '@/lib/stats/kde'
import type { NoValueReason } from '@/lib/stats/no-value'
import { countBelow } from '@/lib/stats/sort'
import { mean, quantileSorted, sampleStd } from '@/lib/stats/summary'
import type { FacetAxis, PreparedCommon } from '../types'

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
  /** Status name -> rows of the pooled series without a value. */
  missing: Record<string, number>
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
  /** Of the x axis. On a log axis edges and grid are values all the same; densities are per factor of ten. */
  scale: 'linear' | 'log'
  view: 'density' | 'histogram' | 'cumulative'
  /** What the bars of a histogram count. */
  heights: 'count' | 'share'
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
  /** "rows" when the values are one a row, else what they are. */
  unitName: string
  /** The values in a sentence: "median distance". */
  quantity: string
  /** What the figure shows of them: "Density of distances". */
  subject: string
}

export interface DensityGroup {
  row: string
  column: string
  /** Values ascend. */
  series: {
    arm: string
    values: Float64Array
    partial: boolean
    missing: Record<string, number>
  }[]
}

/** Bins and grid of the x axis that all panels share. */
export interface DensityAxis {
  edges: Float64Array
  gridFrom: number
  gridTo: number
  scale: DensityPrepared['scale']
}

export interface DensitySettings extends DensityAxis {
  /** Times Scott's bandwidth. */
  bandwidth: number
  threshold: DensityPrepared['threshold']
  /** Whether smooth curves are wanted, which cost most; they are unless this is false. */
  isSmooth?: boolean
}

// The published curves have 1,000 points; with many panels a quarter of them draws the same line in a tenth of the time.
const GRID_POINTS = 1000
const MANY_PANEL_POINTS = 250
const FEW_CURVES = 6

/** Returns the function that gives a value its place on an axis of the scale. */
export function placeOn(scale: DensityPrepared['scale']): (value: number) => number {
  return scale === 'log' ? Math.log10 : (value) => value
}

function curveOf(ascending: Float64Array, grid: Float64Array, settings: DensitySettings) {
  const { scale, bandwidth, isSmooth = true } = settings
  if (!isSmooth) return { kde: null, kdeMissing: null, bandwidth: null }
  // A value of 0 or below has no place on a log axis.
  const placed =
    scale === 'log'
      ? ascending.subarray(countBelow(ascending, Number.MIN_VALUE)).map(Math.log10)
      : ascending
  const found = gaussianKde(placed, grid, bandwidth)
  if (!found.ok) return { kde: null, kdeMissing: found.reason, bandwidth: null }
  return { kde: Array.from(found.density), kdeMissing: null, bandwidth: found.bandwidth }
}

/** Heights of the bars: share of the binned values over the width of the bin as the axis shows it. */
function densityOf(bins: Histogram, scale: DensityPrepared['scale']): number[] {
  if (scale === 'linear') return Array.from(bins.density)
  const width = (b: number) => Math.log10((bins.edges[b + 1] as number) / (bins.edges[b] as number))
  return Array.from(bins.counts, (c, b) => (c === 0 ? 0 : c / (bins.nInRange * width(b))))
}

function shareBeyond(ascending: Float64Array, threshold: DensityPrepared['threshold']) {
  if (!threshold || ascending.length === 0) return null
  const { side, value } = threshold
  const below = countBelow(ascending, value)
  if (side === 'below') return below / ascending.length
  let upTo = below
  while (upTo < ascending.length && ascending[upTo] === value) upTo += 1
  return (ascending.length - upTo) / ascending.length
}

/** Returns what the panels of a density figure draw: histogram, cumulative share and smooth curve of every series. */
export function densityCells(groups: readonly DensityGroup[], settings: DensitySettings) {
  const drawn = groups.flatMap((group) => group.series)
  const points = drawn.length <= FEW_CURVES ? GRID_POINTS : MANY_PANEL_POINTS
  const place = placeOn(settings.scale)
  const grid = linspace(place(settings.gridFrom), place(settings.gridTo), points)
  const cells = groups.map(({ row, column, series }): DensityCell => ({
    row,
    column,
    curves: series.map(({ arm, values, partial, missing }) => {
      const bins = histogram(values, settings.edges)
      const n = values.length
      const at = (q: number) => quantileSorted(values, q)
      let running = bins.nBelow
      const cumulative = [running, ...Array.from(bins.counts, (c) => (running += c))]
      return {
        arm,
        n,
        mean: mean(values),
        median: at(0.5),
        sd: n < 2 ? null : sampleStd(values),
        q25: at(0.25),
        q75: at(0.75),
        below: bins.nBelow,
        above: bins.nAbove,
        share: shareBeyond(values, settings.threshold),
        counts: Array.from(bins.counts),
        density: densityOf(bins, settings.scale),
        cumulative: cumulative.map((c) => c / n),
        ...curveOf(values, grid, settings),
        partial,
        missing,
      }
    }),
  }))
  const { gridFrom: from, gridTo: to, scale } = settings
  return { cells, grid: { from, to, points }, edges: Array.from(settings.edges), scale }
}

// A panel is at most some 1,500 pixels high, in print too; four digits of the peak are finer.
const DRAWN_DIGITS = 4

function rounded(values: number[]): number[] {
  const top = Math.max(0, ...values)
  const power = top > 0 ? 10 ** (DRAWN_DIGITS - 1 - Math.floor(Math.log10(top))) : 0
  // Peaks beyond the range of numbers stay as they are.
  return power > 0 && Number.isFinite(power * top)
    ? values.map((value) => Number((Math.round(value * power) / power).toPrecision(DRAWN_DIGITS)))
    : values
}

/** Returns the density with heights as exact as a picture can show them, and no curve that the view does not draw. */
export function coarser(prepared: DensityPrepared): DensityPrepared {
  const isSmooth = prepared.view === 'density'
  const cells = prepared.cells.map((cell) => ({
    ...cell,
    curves: cell.curves.map((curve) => ({
      ...curve,
      density: isSmooth ? rounded(curve.density) : [],
      cumulative: rounded(curve.cumulative),
      kde: isSmooth && curve.kde ? rounded(curve.kde) : null,
    })),
  }))
  return { ...prepared, cells }
}
