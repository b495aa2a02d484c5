import { z } from 'zod'
import { areWhole, axisOf, binsFor, evenAxis, logAxis, wholeAxis } from './shared/axis'
import type { DensityAxis } from './shared/density'
import { densityFigure, type DensityContext } from './shared/density-figure'
import { offAxis } from './shared/density-text'
import { exampleData, exampleInfo, noise } from './shared/example'
import { ALL, seedSetColumns, type Panels } from './shared/groups'
import {
  axisOption,
  bandwidthOption,
  binsOption,
  choice,
  columnChoice,
  columnsOption,
  mixOption,
} from './shared/options'
import { armOf, roundLabel } from './shared/series'
import { plural } from './shared/text'
import type { FacetAxis, FigureColumnInfo, FigureData, FigureSeries } from './types'

const SUBJECT = { density: 'Density', histogram: 'Histogram', cumulative: 'Cumulative share' }

const options = z.object({
  column: columnChoice(
    {
      title: 'Column',
      description: 'The column whose values are drawn: any of the study that holds numbers.',
      inline: true,
    },
    ['scalar'],
  ),
  view: choice(
    { density: 'Density', histogram: 'Histogram', cumulative: 'Cumulative' },
    {
      title: 'View',
      description:
        'Bars with a smooth curve, bars of rows, or the share of values up to each point.',
      inline: true,
    },
  ),
  heights: choice(
    { count: 'Count', share: 'Share' },
    {
      title: 'Bars of the histogram',
      description: 'Rows in each bin, or their share of all values of the series.',
    },
  ),
  scale: choice(
    { linear: 'Linear', log: 'Logarithmic' },
    {
      title: 'Scale',
      description: 'Of the values. A logarithmic one needs values above 0.',
    },
  ),
  rows: choice(
    { round: 'Rounds', evolver: 'Evolvers', cell: 'Cells', [ALL]: 'One panel' },
    {
      title: 'Panels',
      description: 'What the panels are split by, downwards; the rest is pooled.',
    },
  ),
  ...columnsOption,
  ...binsOption('100', 'Bins of equal width. Automatic: 60, or 24 below 300 values a series.'),
  ...bandwidthOption,
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

/** Why a logarithmic axis cannot show the values; null where it can. */
function noLog(parts: readonly Float64Array[], range: FigureColumnInfo['range']): string | null {
  const lowest = Math.min(...parts.map((part) => part[0] ?? Infinity), range?.[0] ?? Infinity)
  if (lowest < 0) return 'Drawn on a linear scale: this column can be below 0.'
  return parts.some((part) => (part.at(-1) ?? 0) > 0)
    ? null
    : 'Drawn on a linear scale: no value is above 0.'
}

function axis(
  parts: readonly Float64Array[],
  { scale, bins }: Options,
  info: FigureColumnInfo | null,
): DensityAxis {
  const range = info?.range ?? null
  const n = bins === 'auto' ? binsFor(parts) : Number(bins.slice(1))
  const log = scale === 'log' && noLog(parts, range) === null ? logAxis(parts, n) : null
  if (log) return log
  return areWhole(parts) ? wholeAxis(parts, n) : evenAxis(axisOf(parts, null, range), n)
}

function notes({
  chosen,
  axis: drawn,
  parts,
  info,
  below,
  above,
}: DensityContext<Options>): string[] {
  const nonPositive = parts.reduce(
    (sum, part) => sum + part.filter((value) => value <= 0).length,
    0,
  )
  const refusal = chosen.scale === 'log' ? noLog(parts, info?.range ?? null) : null
  return [
    ...offAxis(drawn, below + above),
    ...(drawn.scale === 'log' && nonPositive > 0
      ? [
          `${plural(nonPositive, 'value')} of 0: no place on a logarithmic scale, so not in the curves either.`,
        ]
      : []),
    ...(refusal && parts.length > 0 ? [refusal] : []),
  ]
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
  look({ column, view, heights }, info) {
    const label = info?.label ?? column
    return {
      xLabel: info?.unit ? `${label} (${info.unit})` : label,
      quantity: label,
      subject: `${SUBJECT[view]} of ${label}`,
      threshold: null,
      heights,
    }
  },
  notes,
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
