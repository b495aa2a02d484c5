import type { z } from 'zod'
import { carriesValue } from '@/lib/contracts/status'
import { binOf } from '@/lib/stats/histogram'
import {
  defineFigure,
  type Figure,
  type FigureColumnInfo,
  type FigureData,
  type FigureSeries,
  type RowPlaces,
  type SeriesColumn,
} from '../types'
import { logAxis } from './axis'
import { coarser, densityCells, type DensityAxis, type DensityPrepared } from './density'
import { densityDrawn, densityTable } from './density-table'
import { densityAltText, densityReading, offAxis } from './density-text'
import { densityGroups, roundPanels, rowsWith, type Panels } from './groups'
import { ascendingOf, type DrawnEntry } from './order'
import { armOf, armsOf, comparable, countAll, isDrawable } from './series'
import { plural } from './text'
import { groupKey, type Counts } from './tiles'

/** Options that every density figure has; a figure may have more. */
type DensityOptions = Pick<DensityPrepared, 'view' | 'heights' | 'scale' | 'axis'> & {
  bandwidth: number
  mix: boolean
}

/** Hands over the values of a row. */
type EachValue = (row: number, take: (value: number) => void) => void

/** Texts and marks that a density figure adds to the curves. */
type DensityLook = Pick<DensityPrepared, 'xLabel' | 'quantity' | 'threshold'> &
  Partial<
    Pick<DensityPrepared, 'bars' | 'reversed' | 'selectColumn' | 'reference' | 'unit' | 'unitName'>
  > & {
    /** Whose distribution it is: "nearest-neighbour distances". */
    of: string
  }

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
  /** Which numbers of a series are drawn in a panel row; the column's first unless given. */
  entries?(series: FigureSeries, row: string, chosen: O): readonly DrawnEntry[]
  /** The axis for the values of all curves, each ascending. */
  axis(parts: readonly Float64Array[], chosen: O, info: FigureColumnInfo | null): DensityAxis
  look(chosen: O, info: FigureColumnInfo | null): DensityLook
  notes(context: DensityContext<O>): string[]
  example(): { data: FigureData; options: Partial<O> }
}

const FIRST: readonly DrawnEntry[] = [{ entry: 0 }]
const SUBJECT = { density: 'Density', histogram: 'Histogram', cumulative: 'Cumulative share' }

/** Why a logarithmic axis cannot show the values; null where it can. */
function noLog(parts: readonly Float64Array[], info: FigureColumnInfo | null): string | null {
  const lowest = Math.min(...parts.map((part) => part[0] ?? Infinity), info?.range?.[0] ?? Infinity)
  if (lowest < 0) return 'Drawn on a linear scale: this column can be below 0.'
  return parts.some((part) => (part.at(-1) ?? 0) > 0)
    ? null
    : 'Drawn on a linear scale: no value is above 0.'
}

/** The logarithmic axis with as many bins as the linear one; null where it cannot be. */
function logOf(parts: readonly Float64Array[], linear: DensityAxis): DensityAxis | null {
  const log = logAxis(parts, linear.edges.length - 1)
  // Some figures stop their curves before the values end.
  return log && { ...log, gridTo: Math.max(log.gridFrom, Math.min(log.gridTo, linear.gridTo)) }
}

/** What a logarithmic axis leaves out. */
function logNotes(parts: readonly Float64Array[], axis: DensityAxis, outside: number): string[] {
  const zeros = parts.reduce((sum, part) => sum + part.filter((value) => value <= 0).length, 0)
  return [
    ...offAxis(axis, outside),
    ...(zeros > 0
      ? [
          `${plural(zeros, 'value')} of 0: no place on a logarithmic scale, so not in the curves either.`,
        ]
      : []),
  ]
}

/** Hands over the numbers of a row of a column that are drawn. */
function drawnOf(
  { values, status, width }: SeriesColumn,
  entries: readonly DrawnEntry[],
): EachValue {
  return (row, take) => {
    if (!carriesValue(status[row] ?? 0)) return
    for (const { entry, keeps } of entries) {
      const value = values[row * width + entry] as number
      if (isDrawable(value) && (!keeps || keeps(row))) take(value)
    }
  }
}

function prepareDensity<O extends DensityOptions>(
  config: DensityConfig<O>,
  all: FigureData,
  chosen: O,
  isSmooth = true,
): DensityPrepared {
  const column = config.column(chosen)
  const info = all.columns[column] ?? null
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const panels = config.panels?.(data, chosen) ?? roundPanels(data)
  const groups = densityGroups(data, counts, panels, (series, row) =>
    (config.entries?.(series, row, chosen) ?? FIRST).map((one) => ascendingOf(series, column, one)),
  )
  const parts = groups.flatMap((group) => group.series.map((one) => one.values))
  const linear = config.axis(parts, chosen, info)
  const refusal = chosen.scale === 'log' ? noLog(parts, info) : null
  const log = chosen.scale === 'log' && refusal === null ? logOf(parts, linear) : null
  const axis = log ?? linear
  const { of, ...look } = config.look(chosen, info)
  const { threshold } = look
  const drawn = densityCells(groups, { ...axis, bandwidth: chosen.bandwidth, threshold, isSmooth })
  const curves = drawn.cells.flatMap((cell) => cell.curves)
  const below = curves.reduce((sum, curve) => sum + curve.below, 0)
  const above = curves.reduce((sum, curve) => sum + curve.above, 0)
  const context = { data, chosen, info, axis, parts }
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
    notes: [
      ...(log ? logNotes(parts, log, below + above) : []),
      // What a logarithmic axis leaves out is said already.
      ...config.notes({ ...context, ...(log ? { below: 0, above: 0 } : { below, above }) }),
      ...(refusal !== null && parts.length > 0 ? [refusal] : []),
    ],
    subject: `${SUBJECT[chosen.view]} of ${of}`,
    view: chosen.view,
    heights: chosen.heights,
    axis: chosen.axis,
    bars: true,
    reversed: false,
    unit: info?.unit ?? '',
    selectColumn: column,
    reference: null,
    unitName: 'rows',
    ...look,
    ...(info?.isPool ? { selectColumn: null } : {}),
  }
}

/** Where rows are counted: the bins of each curve, with one bin before and one after them. */
function placesOf<O extends DensityOptions>(
  config: DensityConfig<O>,
  all: FigureData,
  { cells, edges }: DensityPrepared,
  chosen: O,
): RowPlaces | null {
  const column = config.column(chosen)
  if (all.columns[column]?.isPool) return null
  const { data } = comparable(all, column, chosen.mix)
  const panels = config.panels?.(data, chosen) ?? roundPanels(data)
  const curves = cells.flatMap((cell) => cell.curves.map(({ arm }) => ({ ...cell, arm })))
  const perGroup = edges.length + 1
  return {
    groups: curves.map((curve) => groupKey(curve.row, curve.column, curve.arm)),
    perGroup,
    edges,
    of(series) {
      const source = series.columns[column]
      if (!source || !data.series.includes(series)) return null
      const own = curves.flatMap((curve, k) =>
        curve.arm === armOf(series) && panels.holds(series, curve.row, curve.column)
          ? [
              {
                start: k * perGroup,
                each: drawnOf(source, config.entries?.(series, curve.row, chosen) ?? FIRST),
              },
            ]
          : [],
      )
      // One function for all rows: another for each took longer than the counting.
      let into: Counts = new Uint32Array(0)
      let from = 0
      const take = (value: number) => {
        const bin = binOf(value, edges)
        const place = bin >= 0 ? bin + 1 : value < (edges[0] as number) ? 0 : perGroup - 1
        into[from + place] = (into[from + place] as number) + 1
      }
      return (row, counts) => {
        into = counts
        for (const { start, each } of own) {
          from = start
          each(row, take)
        }
      }
    },
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
    layout: (data, chosen) => prepareDensity(config, data, chosen, false),
    places: (data, prepared, chosen) => placesOf(config, data, prepared, chosen),
    brushAxis: ({ selectColumn, edges, unitName }) =>
      selectColumn !== null && unitName === 'rows' ? { column: selectColumn, edges } : null,
    reading: densityReading,
    altText: densityAltText,
    example,
  })
}
