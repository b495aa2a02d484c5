import { z } from 'zod'
import { areWhole, axisOf, binsFor, evenAxis, wholeAxis } from './shared/axis'
import type { DensityAxis } from './shared/density'
import { densityFigure } from './shared/density-figure'
import { offAxis } from './shared/density-text'
import { exampleData, exampleInfo, noise } from './shared/example'
import { ALL, seedSetColumns, type Panels } from './shared/groups'
import {
  axisOption,
  binsOption,
  choice,
  columnChoice,
  columnsOption,
  densityOptions,
  mixOption,
} from './shared/options'
import { armOf, roundLabel } from './shared/series'
import type { FacetAxis, FigureColumnInfo, FigureData, FigureSeries } from './types'

const options = z.object({
  column: columnChoice(
    {
      title: 'Column',
      description: 'The column whose values are drawn: any of the study that holds numbers.',
      inline: true,
    },
    ['scalar'],
  ),
  ...densityOptions,
  rows: choice(
    { round: 'Rounds', evolver: 'Evolvers', cell: 'Cells', [ALL]: 'One panel' },
    {
      title: 'Panels',
      description: 'What the panels are split by, downwards; the rest is pooled.',
    },
  ),
  ...columnsOption,
  ...binsOption('100', 'Bins of equal width. Automatic: 60, or 24 below 300 values a series.'),
  ...axisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

const PANEL_OF: Record<Options['rows'], (series: FigureSeries) => FacetAxis> = {
  round: ({ round }) => ({ key: String(round), label: roundLabel(round) }),
  evolver: (series) => ({ key: armOf(series), label: series.armLabel }),
  cell: (series) => ({
    key: `${series.round}/${armOf(series)}`,
    label: series.armKey === null ? 'Seeds' : `${roundLabel(series.round)}, ${series.armLabel}`,
  }),
  [ALL]: () => ({ key: ALL, label: 'All rounds' }),
}

function panels(data: FigureData, { rows, columns }: Options): Panels {
  const place = (series: FigureSeries) => (series.armKey === null ? -1 : series.colorIndex)
  const inOrder = data.series.toSorted(
    (a, b) => (rows === 'evolver' ? 0 : a.round - b.round) || place(a) - place(b),
  )
  const axis = new Map(inOrder.map(PANEL_OF[rows]).map((entry) => [entry.key, entry]))
  return {
    rows: [...axis.values()],
    columns: seedSetColumns(data, columns === ALL),
    holds: (series, row, of) =>
      PANEL_OF[rows](series).key === row && (of === ALL || series.seedSetKey === of),
  }
}

function axis(
  parts: readonly Float64Array[],
  { bins }: Options,
  info: FigureColumnInfo | null,
): DensityAxis {
  const n = bins === 'auto' ? binsFor(parts) : Number(bins.slice(1))
  return areWhole(parts)
    ? wholeAxis(parts, n)
    : evenAxis(axisOf(parts, null, info?.range ?? null), n)
}

/** How the values of any numeric column are distributed. */
export const distribution = densityFigure<Options>({
  id: 'distribution',
  question: 'source',
  title: 'Distribution',
  description:
    'How the values of a column are distributed: bars with a Gaussian density (Scott), bars of rows, or the share of values up to each point.',
  options,
  column: ({ column }) => column,
  panels,
  axis,
  look({ column }, info) {
    const label = info?.label ?? column
    return {
      xLabel: info?.unit ? `${label} (${info.unit})` : label,
      quantity: label,
      of: label,
      threshold: null,
    }
  },
  notes: ({ axis: drawn, below, above }) => offAxis(drawn, below + above),
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo('instruction_loss.strict', 'L(x)', { unit: 'nat' }),
        row: (row, out) => {
          if (row.random.next() < 0.01) return 'too_long'
          out[0] = Math.exp(0.9 - 0.12 * row.round * (row.small ? 1 : 0.6) + 0.35 * noise(row))
        },
      },
    ]),
    options: { column: 'instruction_loss.strict' },
  }),
})
