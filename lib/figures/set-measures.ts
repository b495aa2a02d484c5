import { z } from 'zod'
import { setFields, type SetOutput, type SetRecord } from '@/lib/contracts/measure'
import { exampleData, exampleInfo } from './shared/example'
import { isPartial } from './shared/groups'
import { axisOption, choice, choiceOfMeasure, mixOption } from './shared/options'
import { linesAltText, linesReading, type LinePoint, type LinesPrepared } from './shared/lines'
import { armOf, armsOf, comparable, countAll, roundsOf, seedSetsOf } from './shared/series'
import { count, list, plural, unitless } from './shared/text'
import { defineFigure, type FigureData, type FigureTable } from './types'

// What a cell counts for itself: its rows are in the set. The numbers lie in the record beside it.
const COUNTED = 'counted'

const options = z.object({
  measure: choiceOfMeasure(
    { 'compression_ratio.ratio': 'Compression ratio' },
    { title: 'Measure', description: 'The number of each cell that is drawn.', inline: true },
  ),
  size: choice(
    { equal: 'Equal size', whole: 'Whole cells' },
    {
      title: 'Size',
      description:
        'Mean over random draws of equally many rows, by which cells compare, or the number of each whole cell.',
      inline: true,
    },
  ),
  spread: choice(
    { sd: 'Standard deviation', range: 'Smallest to largest' },
    {
      title: 'Spread',
      description: 'What the vertical lines show of the draws of a cell.',
    },
  ),
  ...axisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

interface SetPoint extends LinePoint {
  record: SetRecord | null
}

/** Lines over rounds, with what was recorded of each cell. */
export interface SetMeasuresPrepared extends LinesPrepared {
  points: SetPoint[]
  /** Output of the measure. */
  output: string
}

function columnOf({ measure }: Options): string {
  return `${measure.split('.')[0]}.${COUNTED}`
}

function pointOf(
  chosen: Options,
  output: string,
  record: SetRecord | null,
): Pick<SetPoint, 'n' | 'value' | 'low' | 'high'> {
  const value = record?.values[output]
  if (!record || !value) return { n: 0, value: null, low: null, high: null }
  if (chosen.size === 'whole') return { n: record.size, value: value.whole, low: null, high: null }
  const { mean, sd, min, max } = value
  const bounds =
    chosen.spread === 'range'
      ? { low: min, high: max }
      : mean === null || sd === null
        ? { low: null, high: null }
        : { low: mean - sd, high: mean + sd }
  return { n: record.n ?? record.size, value: mean, ...bounds }
}

function notesOf(data: FigureData, chosen: Options, points: readonly SetPoint[]): string[] {
  const records = points.flatMap(({ record }) => record ?? [])
  const drawn = records.filter(({ draws }) => draws > 0)
  const sizes = [...new Set(drawn.map(({ n, size }) => n ?? size))]
  const most = Math.max(0, ...drawn.map(({ draws }) => draws))
  const single = drawn.filter(({ draws }) => draws === 1).length
  const small = records.length - drawn.length
  const spread = chosen.spread === 'sd' ? 'one standard deviation' : 'the smallest and largest'
  const equal = [
    ...(drawn.length > 0
      ? [
          `Means over up to ${plural(most, 'random draw')} of ${list(sizes.map(count))} rows; lines show ${spread} of the draws.`,
        ]
      : []),
    ...(single > 0 && most > 1
      ? [`${plural(single, 'cell')} of just that size: one draw, so no spread.`]
      : []),
    ...(small > 0 ? [`${plural(small, 'cell')} with fewer rows than that: no point.`] : []),
  ]
  const whole = new Set(records.map(({ size }) => size))
  const unequal =
    whole.size > 1
      ? ['These cells are of different size, on which the number depends: compare at equal size.']
      : []
  const isFiltered = data.series.some(({ n, cellRows }) => n < cellRows)
  return [
    ...(chosen.size === 'equal' ? equal : unequal),
    ...(isFiltered
      ? [
          'The filter leaves these numbers as they are: compute the measure over the subset instead.',
        ]
      : []),
  ]
}

function prepare(all: FigureData, chosen: Options): SetMeasuresPrepared {
  const column = columnOf(chosen)
  const output = chosen.measure.split('.')[1] ?? ''
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const described: SetOutput | undefined = all.columns[column]?.sets?.find(
    ({ key }) => key === output,
  )
  const points = data.series.map((series): SetPoint => {
    const found = series.columns[column]
    const entry = counts.find(({ seriesKey }) => seriesKey === series.key)
    // A cell without rows in the set has no number, whatever a record says.
    const record = entry && entry.valued > 0 ? (found?.record ?? null) : null
    return {
      facet: series.seedSetKey,
      arm: armOf(series),
      round: series.round,
      ...pointOf(chosen, output, record),
      published: null,
      model: found?.model ?? null,
      partial: isPartial(entry),
      record,
    }
  })
  return {
    facets: seedSetsOf(data),
    rounds: roundsOf(data),
    points,
    column,
    output,
    measure: described?.label ?? chosen.measure,
    unit: described?.unit ?? '',
    direction: described?.direction ?? 'none',
    statistic: 'mean',
    intervals: true,
    axis: chosen.axis,
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: notesOf(data, chosen, points),
    overlay: { shown: false, source: '', model: null, role: '' },
  }
}

function table({ points, facets, arms, output, measure, unit }: SetMeasuresPrepared): FigureTable {
  const labelOf = (from: readonly { key: string; label: string }[], key: string) =>
    from.find((one) => one.key === key)?.label ?? key
  return {
    columns: [
      ...unitless({
        seedSet: 'Seed set',
        round: 'Round',
        arm: 'Evolver',
        n: 'Rows of a draw',
        draws: 'Draws',
      }),
      { key: 'mean', label: `Mean ${measure.toLowerCase()}`, unit },
      { key: 'sd', label: 'SD over draws', unit },
      { key: 'min', label: 'Smallest draw', unit },
      { key: 'max', label: 'Largest draw', unit },
      { key: 'reason', label: 'Reason', unit: '' },
      { key: 'size', label: 'Rows of the cell', unit: '' },
      { key: 'whole', label: 'Whole cell', unit },
      { key: 'wholeReason', label: 'Reason for the whole cell', unit: '' },
    ],
    rows: points.map(({ facet, round, arm, record }) => ({
      seedSet: labelOf(facets, facet),
      round,
      arm: labelOf(arms, arm),
      ...setFields(record, output),
    })),
  }
}

/** A number of whole cells over the rounds, at equal size, with the spread of its draws. */
export const setMeasures = defineFigure<Options, SetMeasuresPrepared>({
  id: 'set-measures',
  title: 'Measures of a set',
  description:
    'One number for each cell, such as its compression ratio, from the seeds through the rounds of each evolver: the mean over seeded draws of equally many rows, with their spread.',
  drawing: 'lines',
  question: 'diverse',
  options,
  columns: (chosen) => [columnOf(chosen)],
  prepare,
  table,
  reading: linesReading,
  altText: linesAltText,
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(`compression_ratio.${COUNTED}`, 'counted', {
          sets: [
            {
              key: 'ratio',
              label: 'Compression ratio',
              unit: '',
              direction: 'lower',
              directionMeans: 'More varied.',
              description: 'Bytes before over bytes after compression.',
            },
          ],
        }),
        row: (_row, out) => {
          out[0] = 1
        },
        record: (rows) => {
          const mean = 2.6 + rows.reduce((sum, { hardness }) => sum + hardness, 0) / rows.length / 6
          const [sd, draws, n] = [0.03, 20, 200]
          const [min, max] = [mean - 2 * sd, mean + 2 * sd]
          const drawn = { mean, sd, min, max, reason: null }
          const ratio = { ...drawn, whole: mean + 0.05, wholeReason: null }
          return { n, draws, size: rows.length, values: { ratio } }
        },
      },
    ]),
    options: {},
  }),
})
