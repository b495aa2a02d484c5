import type { z } from 'zod'
import {
  defineFigure,
  type Figure,
  type FigureColumnInfo,
  type FigureData,
  type FigureSeries,
} from '../types'
import { coarser, densityCells, type DensityAxis, type DensityPrepared } from './density'
import { densityDrawn, densityTable } from './density-table'
import { densityAltText, densityReading } from './density-text'
import { densityGroups, roundPanels, rowsWith, type Panels } from './groups'
import { armsOf, comparable, countAll, valuesOf } from './series'

/** Options that every density figure has; a figure may have more. */
type DensityOptions = Pick<DensityPrepared, 'view' | 'axis'> & { bandwidth: number; mix: boolean }

/** Texts and marks that a density figure adds to the curves. */
type DensityLook = Pick<DensityPrepared, 'xLabel' | 'quantity' | 'subject' | 'threshold'> &
  Partial<
    Pick<
      DensityPrepared,
      'bars' | 'reversed' | 'selectColumn' | 'reference' | 'unit' | 'unitName' | 'heights'
    >
  >

/** What is known once the values are collected: their axis and how many it leaves out. */
export interface DensityContext<O> {
  data: FigureData
  chosen: O
  info: FigureColumnInfo | null
  axis: DensityAxis
  /** Values of each curve, ascending. */
  parts: readonly Float64Array[]
  /** Values of all curves off the axis. */
  below: number
  above: number
}

/** One figure of how a column is distributed. */
export interface DensityConfig<O extends DensityOptions> extends Pick<Figure, 'id' | 'question'> {
  title: string
  description: string
  options: z.ZodType<O>
  column(chosen: O): string
  needsOperators?(chosen: O): boolean
  /** One panel a round and seed set unless given. */
  panels?(data: FigureData, chosen: O): Panels
  /** Values of a series in a panel row; the column's values unless given. */
  read?(series: FigureSeries, row: string, chosen: O): Float64Array
  /** The axis for the values of all curves, each ascending. */
  axis(parts: readonly Float64Array[], chosen: O, info: FigureColumnInfo | null): DensityAxis
  look(chosen: O, info: FigureColumnInfo | null): DensityLook
  notes(context: DensityContext<O>): string[]
  example(): { data: FigureData; options: Partial<O> }
}

function prepareDensity<O extends DensityOptions>(
  config: DensityConfig<O>,
  all: FigureData,
  chosen: O,
): DensityPrepared {
  const column = config.column(chosen)
  const info = all.columns[column] ?? null
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const panels = config.panels?.(data, chosen) ?? roundPanels(data)
  const groups = densityGroups(data, counts, panels, (series, row) =>
    config.read ? config.read(series, row, chosen) : valuesOf(series, column),
  )
  const parts = groups.flatMap((group) => group.series.map((one) => one.values))
  const axis = config.axis(parts, chosen, info)
  const look = config.look(chosen, info)
  const { threshold } = look
  const drawn = densityCells(groups, { ...axis, bandwidth: chosen.bandwidth, threshold })
  const curves = drawn.cells.flatMap((cell) => cell.curves)
  return {
    ...drawn,
    rows: rowsWith(
      panels.rows,
      drawn.cells.map((cell) => cell.row),
    ),
    columns: panels.columns,
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: config.notes({
      data,
      chosen,
      info,
      axis,
      parts,
      below: curves.reduce((sum, curve) => sum + curve.below, 0),
      above: curves.reduce((sum, curve) => sum + curve.above, 0),
    }),
    view: chosen.view,
    heights: 'count',
    axis: chosen.axis,
    bars: true,
    reversed: false,
    unit: info?.unit ?? '',
    selectColumn: column,
    reference: null,
    unitName: 'rows',
    ...look,
  }
}

/** Returns a figure of how one column is distributed: everything but its column, axis, texts and example. */
export function densityFigure<O extends DensityOptions>(config: DensityConfig<O>) {
  const { id, question, title, description, options, needsOperators, example } = config
  return defineFigure<O, DensityPrepared>({
    id,
    title,
    description,
    drawing: 'curves',
    question,
    options,
    columns: (chosen) => [config.column(chosen)],
    ...(needsOperators ? { needsOperators } : {}),
    prepare: (data, chosen) => prepareDensity(config, data, chosen),
    table: densityTable,
    drawn: densityDrawn,
    sent: coarser,
    reading: densityReading,
    altText: densityAltText,
    example,
  })
}
