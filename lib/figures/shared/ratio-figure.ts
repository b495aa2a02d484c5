import { z } from 'zod'
import { uniformEdges } from '@/lib/stats/histogram'
import { quantileSorted } from '@/lib/stats/summary'
import { defineFigure, type FigureData } from '../types'
import { densityCells, densityDrawn, densityTable, type DensityPrepared } from './density'
import { densityAltText, densityReading } from './density-text'
import { exampleData, exampleInfo, noise } from './example'
import { densityGroups, roundGrid, rowsWith } from './groups'
import { axisOption, choice, densityOptions, mixOption } from './options'
import { armsOf, countAll, valuesOf, comparable } from './series'
import { plural } from './text'

// Half a percent of the values may lie beyond the axis, so that one row does not flatten the rest.
const AXIS_SHARE = 0.995
// A bin should hold several rows, or the bars show single rows instead of a shape.
const MANY_ROWS = 300
const MANY_BINS = 60
const FEW_BINS = 24
const TICKS = 5

/** What sets one loss-ratio figure apart from another. */
export interface RatioConfig {
  id: string
  title: string
  description: string
  /** Variant key -> its name; the first is the default. */
  variants: Record<string, string>
  column(variant: string): string
  /** Of the axis; the unit of the column follows. */
  xLabel: string
  /** In sentences: "median IFD". */
  quantity: string
  threshold: DensityPrepared['threshold']
  reference: DensityPrepared['reference']
  note: string
  example: { centre: number; slope: number; spread: number }
}

/** Returns the axis that holds nearly all values of every series, and `also`, with ends on round numbers. */
export function axisOf(
  values: readonly Float64Array[],
  also: number | null,
): { from: number; to: number } {
  const inner = values.flatMap((part) => {
    if (part.length === 0) return []
    const ascending = part.slice().sort()
    return [quantileSorted(ascending, 1 - AXIS_SHARE), quantileSorted(ascending, AXIS_SHARE)]
  })
  if (inner.length === 0) return { from: 0, to: 1 }
  if (also !== null) inner.push(also)
  const low = Math.min(...inner)
  const high = Math.max(...inner)
  const raw = (high - low || Math.abs(high) || 1) / TICKS
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find((s) => s * power >= raw) ?? 10) * power
  const round = (value: number) => Number((value * step).toPrecision(12))
  const from = round(Math.floor(low / step))
  const to = round(Math.ceil(high / step))
  return { from: low >= 0 ? Math.max(0, from) : from, to: to > from ? to : from + step }
}

/** Returns the density figure of a loss ratio: panels by round and seed set, an axis from 0 to where the values end. */
export function ratioFigure(config: RatioConfig) {
  const options = z.object({
    variant: choice(config.variants, {
      title: 'Mode',
      description:
        'Which tokens are scored and how the ratio is formed. Modes never mix on one axis.',
      inline: true,
    }),
    ...densityOptions,
    ...axisOption,
    ...mixOption,
  })
  type Options = z.infer<typeof options>

  const prepare = (all: FigureData, chosen: Options): DensityPrepared => {
    const column = config.column(chosen.variant)
    const { data, conflicts } = comparable(all, column, chosen.mix)
    const counts = countAll(data, column)
    const grid = roundGrid(data)
    const groups = densityGroups(data, grid, counts, (series) => valuesOf(series, column))
    const parts = groups.flatMap((group) => group.series.map((one) => one.values))
    const { from, to } = axisOf(parts, config.reference?.value ?? null)
    const smallest = Math.min(...parts.map((part) => part.length).filter((n) => n > 0))
    const bins = smallest >= MANY_ROWS ? MANY_BINS : FEW_BINS
    const edges = uniformEdges(from, (to - from) / bins, bins)
    const cells = densityCells(groups, {
      edges,
      gridFrom: from,
      gridTo: to,
      bandwidth: chosen.bandwidth,
      threshold: config.threshold,
    })
    const unit = all.columns[column]?.unit ?? ''
    const curves = cells.cells.flatMap((cell) => cell.curves)
    const outside = curves.reduce((sum, curve) => sum + curve.above + curve.below, 0)
    const off =
      outside > 0 ? [`${plural(outside, 'value')} outside ${from} to ${to}: off the axis.`] : []
    return {
      ...cells,
      rows: rowsWith(
        grid.rows,
        cells.cells.map((cell) => cell.row),
      ),
      columns: grid.columns,
      arms: armsOf(data, counts),
      counts,
      conflicts,
      notes: [...off, config.note],
      edges: Array.from(edges),
      view: chosen.view,
      axis: chosen.axis,
      bars: true,
      reversed: false,
      xLabel: unit ? `${config.xLabel} (${unit})` : config.xLabel,
      unit,
      selectColumn: column,
      threshold: config.threshold,
      reference: config.reference,
      unitName: 'rows',
    }
  }

  return defineFigure<Options, DensityPrepared>({
    id: config.id,
    title: config.title,
    description: config.description,
    options,
    columns: (chosen) => [config.column(chosen.variant)],
    prepare,
    table: densityTable,
    drawn: densityDrawn,
    reading: (prepared) => densityReading(prepared, config.quantity),
    altText: (prepared) => densityAltText(prepared, `Density of ${config.quantity}`),
    example: () => {
      const { centre, slope, spread } = config.example
      const columns = Object.entries(config.variants).map(([variant, label]) => ({
        info: exampleInfo(config.column(variant), `${config.quantity}, ${label}`),
        row: (row: Parameters<typeof noise>[0], out: Float64Array) => {
          if (row.random.next() < 0.015) return 'no_response' as const
          const middle = centre + slope * row.round * (row.small ? 1 : 0.5)
          out[0] = Math.max(0.01, middle * Math.exp(spread * noise(row)))
        },
      }))
      return { data: exampleData(columns), options: {} as Partial<Options> }
    },
  })
}
