import { z } from 'zod'
import { carriesValue } from '@/lib/contracts/status'
import { uniformEdges } from '@/lib/stats/histogram'
import {
  densityCells,
  densityDrawn,
  densityTable,
  type DensityGroup,
  type DensityPrepared,
} from './shared/density'
import { densityAltText, densityReading } from './shared/density-text'
import { exampleData, exampleInfo, noise } from './shared/example'
import { isPartial } from './shared/groups'
import { amount, axisOption, choice, densityOptions, mixOption } from './shared/options'
import {
  armOf,
  armsOf,
  countAll,
  roundLabel,
  roundsOf,
  seedSetsOf,
  comparable,
} from './shared/series'
import { defineFigure, type FacetAxis, type FigureData, type FigureSeries } from './types'

const COLUMN = 'first_token_probability.p'
// The published curve stops here: the spike at 1 would flatten the rest.
const GRID_END = 0.99
const CERTAIN = 0.99
const BINS = 100
const ALL = 'all'

const options = z.object({
  k: amount({
    title: 'Positions',
    description: 'Pools the first k tokens of each reply; the paper pools five.',
    default: 5,
    min: 1,
    max: 5,
    step: 1,
    inline: true,
  }),
  rows: choice(
    { round: 'Rounds', operator: 'Operators', position: 'Positions', [ALL]: 'One panel' },
    {
      title: 'Panels',
      description: 'What the panels are split by, downwards; the rest is pooled.',
      inline: true,
    },
  ),
  columns: choice(
    { seedSet: 'Seed sets', [ALL]: 'Pooled' },
    { title: 'Columns', description: 'One column a seed set, or all seed sets pooled.' },
  ),
  ...densityOptions,
  ...axisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

interface Split {
  axis: FacetAxis[]
  /** Whether the token at this row and position belongs to the panel. */
  keeps(series: FigureSeries, key: string): (row: number, position: number) => boolean
}

const everything = () => true

function splitBy(data: FigureData, kind: Options['rows'], k: number): Split {
  if (kind === 'round') {
    const axis = roundsOf(data).map((round) => ({ key: String(round), label: roundLabel(round) }))
    return {
      axis,
      keeps: (series, key) => (String(series.round) === key ? everything : () => false),
    }
  }
  if (kind === 'position') {
    const axis = Array.from({ length: k }, (_, p) => ({ key: String(p), label: `Token ${p + 1}` }))
    return { axis, keeps: (_, key) => (_row, position) => String(position) === key }
  }
  if (kind === 'operator') {
    const names = [...new Set(data.series.flatMap((series) => series.operators?.names ?? []))]
    return {
      axis: names.map((name) => ({ key: name, label: name })),
      keeps: (series, key) => {
        const code = series.operators?.names.indexOf(key) ?? -1
        const codes = series.operators?.codes
        return (row) => code >= 0 && codes?.[row] === code
      },
    }
  }
  return { axis: [{ key: ALL, label: 'All rounds' }], keeps: () => everything }
}

/** Returns the probabilities of the first k tokens of the series' rows that the panel keeps. */
function collect(
  members: readonly FigureSeries[],
  k: number,
  keepsOf: (series: FigureSeries) => (row: number, position: number) => boolean,
): Float64Array {
  const kept = new Float64Array(members.reduce((sum, series) => sum + series.n, 0) * k)
  let n = 0
  for (const series of members) {
    const column = series.columns[COLUMN]
    if (!column) continue
    const { values, status, width } = column
    const keeps = keepsOf(series)
    for (let row = 0; row < series.n; row += 1) {
      if (!carriesValue(status[row] ?? 0)) continue
      for (let position = 0; position < Math.min(k, width); position += 1) {
        const value = values[row * width + position] as number
        if (Number.isFinite(value) && keeps(row, position)) kept[n++] = value
      }
    }
  }
  return kept.slice(0, n)
}

function prepare(all: FigureData, chosen: Options): DensityPrepared {
  const { data, conflicts } = comparable(all, COLUMN, chosen.mix)
  const counts = countAll(data, COLUMN)
  const split = splitBy(data, chosen.rows, chosen.k)
  const columns =
    chosen.columns === 'seedSet' ? seedSetsOf(data) : [{ key: ALL, label: 'All seed sets' }]
  const arms = armsOf(data, counts)
  const groups = split.axis.flatMap((row): DensityGroup[] =>
    columns.flatMap((column) => {
      const series = arms.flatMap((arm) => {
        const members = data.series.filter(
          (one) => armOf(one) === arm.key && (column.key === ALL || one.seedSetKey === column.key),
        )
        const values = collect(members, chosen.k, (one) => split.keeps(one, row.key))
        const keys = new Set(members.map((one) => one.key))
        const partial = counts.some((entry) => keys.has(entry.seriesKey) && isPartial(entry))
        return values.length > 0 ? [{ arm: arm.key, values, partial }] : []
      })
      return series.length > 0 ? [{ row: row.key, column: column.key, series }] : []
    }),
  )
  const shown = new Set(groups.map((group) => group.row))
  const threshold = { value: CERTAIN, side: 'above', label: '> 0.99' } as const
  const edges = uniformEdges(0, 1 / BINS, BINS)
  const cells = densityCells(groups, {
    edges,
    gridFrom: 0,
    gridTo: GRID_END,
    bandwidth: chosen.bandwidth,
    threshold,
  })
  const onlyFirst = chosen.k === 1
  return {
    rows: split.axis.filter((row) => shown.has(row.key)),
    columns,
    ...cells,
    arms,
    counts,
    conflicts,
    notes: [
      'The curve stops at 0.99: certain tokens would flatten the rest. Their share is printed in each panel.',
      ...(onlyFirst
        ? []
        : ['The first token is often a formula; split by position to see it apart.']),
    ],
    edges: Array.from(edges),
    view: chosen.view,
    axis: chosen.axis,
    bars: false,
    reversed: true,
    unit: '',
    xLabel: 'Probability of the token',
    // A filter on this column reads the first token only.
    selectColumn: onlyFirst ? COLUMN : null,
    threshold,
    reference: null,
    unitName: 'tokens',
  }
}

/** Certainty of the first tokens under the evolution prompt (the paper's Figure 5). */
export const firstTokenProbability = defineFigure<Options, DensityPrepared>({
  id: 'first-token-probability',
  title: 'First-token probability',
  description:
    'How certain each evolver is of the first tokens it writes: Gaussian density (Scott) of their probabilities, pooled.',
  options,
  columns: () => [COLUMN],
  needsOperators: (chosen) => chosen.rows === 'operator',
  prepare,
  table: densityTable,
  drawn: densityDrawn,
  reading: (prepared) => densityReading(prepared, 'token probability'),
  altText: (prepared) => densityAltText(prepared, 'Density of first-token probabilities'),
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(COLUMN, 'First-token probability'),
        width: 5,
        evolvedOnly: true,
        row: (row, out) => {
          out.forEach((_, position) => {
            const certainty = (row.small ? 0.7 : 1.6) + 0.25 * position
            out[position] = 1 / (1 + Math.exp(-certainty - 1.5 * noise(row)))
          })
        },
      },
    ]),
    options: {},
  }),
})
