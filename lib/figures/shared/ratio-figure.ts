import { z } from 'zod'
import { uniformEdges } from '@/lib/stats/histogram'
import { quantileSorted } from '@/lib/stats/summary'
import { defineFigure, type FigureData } from '../types'
import { densityCells, densityDrawn, densityTable, type DensityPrepared } from './density'
import { densityAltText, densityReading } from './density-text'
import { exampleData, exampleInfo, noise } from './example'
import { densityGroups, roundGrid } from './groups'
import { axisOption, choice, densityOptions, mixOption } from './options'
import { armsOf, countAll, valuesOf, comparable } from './series'
import { plural } from './text'

// Half a percent of the values may lie beyond the axis, so that one row does not flatten the rest.
const AXIS_SHARE = 0.995
const BINS = 60

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

/** Returns a round number at or above the value: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(
    (s) => s * power >= value * (1 - 1e-12),
  )
  return Number(((step ?? 10) * power).toPrecision(3))
}

function upperEnd(values: readonly Float64Array[]): number {
  const ends = values.flatMap((part) =>
    part.length === 0 ? [] : [quantileSorted(part.slice().sort(), AXIS_SHARE)],
  )
  return niceCeiling(Math.max(0, ...ends))
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
    const end = upperEnd(groups.flatMap((group) => group.series.map((one) => one.values)))
    const edges = uniformEdges(0, end / BINS, BINS)
    const cells = densityCells(groups, {
      edges,
      gridFrom: 0,
      gridTo: end,
      bandwidth: chosen.bandwidth,
      threshold: config.threshold,
    })
    const unit = all.columns[column]?.unit ?? ''
    const above = cells.cells.flatMap((cell) => cell.curves).reduce((sum, c) => sum + c.above, 0)
    const off = above > 0 ? [`${plural(above, 'value')} above ${end}, off the axis.`] : []
    return {
      ...grid,
      ...cells,
      arms: armsOf(data),
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
