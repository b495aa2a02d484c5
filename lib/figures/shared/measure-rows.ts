import type { z } from 'zod'
import { defineFigure, type Figure, type FigureData, type FigureConflict } from '../types'
import { linePoints, meanPlaces, resamplingNote } from './line-points'
import { linesAltText, linesReading, linesTable, type LinesPrepared } from './lines'
import { armsOf, comparable, countAll, roundsOf, seedSetsOf } from './series'
import { list } from './text'

/** A column that has a row of panels. */
export interface MeasureRow {
  column: string
  label: string
}

/** Options that every figure of several measures has. */
interface RowOptions extends Record<string, unknown> {
  statistic: 'mean' | 'median'
  intervals: boolean
  axis: 'shared' | 'own'
  mix: boolean
}

/** A figure of several measures below each other. */
interface MeasureRowsConfig<O extends RowOptions> extends Pick<
  Figure,
  'id' | 'title' | 'description' | 'question'
> {
  options: z.ZodType<O>
  /** Heads the column of the table that names the measure. */
  rowName: string
  /** "losses": names all measures on the axis. */
  measure: string
  unit: string
  rows(chosen: O): readonly MeasureRow[]
  note?: string
  example(): { data: FigureData; options: Partial<O> }
}

function prepareRows<O extends RowOptions>(
  config: MeasureRowsConfig<O>,
  all: FigureData,
  chosen: O,
): LinesPrepared {
  const conflicts: FigureConflict[] = []
  const parts = config.rows(chosen).map((row) => {
    const found = comparable(all, row.column, chosen.mix)
    conflicts.push(...found.conflicts)
    return { row, data: found.data, counts: countAll(found.data, row.column) }
  })
  // The first measure that has any value stands for the coverage of all.
  const leading = parts.find(({ counts }) => counts.some(({ valued }) => valued > 0)) ?? parts[0]
  const drawn = parts.filter(({ counts }) => counts.some(({ valued }) => valued > 0))
  const rows = drawn.reduce(
    (sum, { counts }) => sum + counts.reduce((part, { valued }) => part + valued, 0),
    0,
  )
  const points = drawn.flatMap(({ row, data, counts }) =>
    linePoints(data, counts, { column: row.column, statistic: chosen.statistic, rows }).map(
      (point) => ({ ...point, row: row.column }),
    ),
  )
  const series = {
    ...all,
    series: all.series.filter(({ key }) =>
      drawn.some(({ data }) => data.series.some((one) => one.key === key)),
    ),
  }
  const models = [...new Set(points.flatMap(({ model }) => model ?? []))]
  const absent = parts.filter((part) => !drawn.includes(part)).map(({ row }) => row.label)
  return {
    facets: seedSetsOf(series),
    rows: drawn.map(({ row }) => ({ key: row.column, label: row.label })),
    rowName: config.rowName,
    rounds: roundsOf(series),
    points,
    column: leading?.row.column ?? '',
    measure: config.measure,
    unit: config.unit,
    direction: 'none',
    statistic: chosen.statistic,
    intervals: chosen.intervals,
    axis: chosen.axis,
    arms: armsOf(
      series,
      drawn.flatMap(({ counts }) => counts),
    ),
    counts: leading?.counts ?? [],
    conflicts,
    notes: [
      ...(models.length > 0 ? [`Scored by ${list(models)}.`] : []),
      ...(drawn.length > 0 && absent.length > 0 ? [`No values yet: ${list(absent)}.`] : []),
      ...resamplingNote(rows, chosen),
      ...(config.note ? [config.note] : []),
    ],
    overlay: { shown: false, source: '', model: null, role: '' },
  }
}

function reading(prepared: LinesPrepared): string {
  const [first] = prepared.rows ?? []
  if (!first) return ''
  return linesReading({
    ...prepared,
    measure: first.label,
    points: prepared.points.filter(({ row }) => row === first.key),
  })
}

/** Returns a figure of several measures over rounds: a row of panels each, a column a seed set, a line an arm. */
export function measureRowsFigure<O extends RowOptions>(config: MeasureRowsConfig<O>) {
  const { id, title, description, question, options, example } = config
  return defineFigure<O, LinesPrepared>({
    id,
    title,
    description,
    drawing: 'lines',
    question,
    options,
    columns: (chosen) => config.rows(chosen).map(({ column }) => column),
    prepare: (data, chosen) => prepareRows(config, data, chosen),
    table: linesTable,
    reading,
    altText: linesAltText,
    // A median does not follow from counts and sums.
    places: (all, _prepared, chosen) =>
      chosen.statistic === 'mean'
        ? meanPlaces(
            config.rows(chosen).map(({ column }) => ({
              data: comparable(all, column, chosen.mix).data,
              column,
              row: column,
            })),
          )
        : null,
    example,
  })
}
