import { z } from 'zod'
import { evenAxis } from './shared/axis'
import { densityFigure } from './shared/density-figure'
import { exampleData, exampleInfo, noise } from './shared/example'
import { ALL, roundGrid, seedSetColumns } from './shared/groups'
import {
  amount,
  axisOption,
  choice,
  columnsOption,
  densityOptions,
  mixOption,
  UNKNOWN_VALUES,
} from './shared/options'
import type { DrawnEntry } from './shared/order'
import type { FacetAxis, FigureData, FigureSeries } from './types'

const COLUMNS = {
  computed: 'first_token_probability.p',
  // Five for each row, in the order of the rows.
  imported: 'imported_probability.p',
  // All of a file, whose rows are not known.
  pooled: 'imported_probability.pool',
} as const
// The published curve stops here: the spike at 1 would flatten the rest.
const GRID_END = 0.99
const CERTAIN = 0.99
const BINS = 100
// As many as the metric stores.
const POSITIONS = [0, 1, 2, 3, 4]

const options = z.object({
  values: choice(
    { computed: 'Computed here', imported: 'Imported, by row', pooled: 'Imported, pooled' },
    {
      title: 'Values',
      description:
        'Probabilities computed here, those of files with five for each row, or all of files whose rows are not known.',
    },
  ),
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
  ...columnsOption,
  ...densityOptions,
  ...axisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

const columnOf = ({ values }: Options) => COLUMNS[values]
/** Of a pool neither operators nor positions are known. */
const splitOf = ({ values, rows }: Options) =>
  values === 'pooled' && rows !== ALL ? 'round' : rows

function rowsOf(data: FigureData, split: Options['rows']): FacetAxis[] {
  if (split === 'round') return roundGrid(data).rows
  if (split === 'position') {
    return POSITIONS.map((p) => ({ key: String(p), label: `Token ${p + 1}` }))
  }
  if (split === 'operator') {
    const names = [...new Set(data.series.flatMap((series) => series.operators?.names ?? []))]
    return names.map((name) => ({ key: name, label: name }))
  }
  return [{ key: ALL, label: 'All rounds' }]
}

/** Returns which of the first k tokens of a row belong to a panel row. */
function tokensOf(series: FigureSeries, key: string, chosen: Options): DrawnEntry[] {
  const rows = splitOf(chosen)
  const width = series.columns[columnOf(chosen)]?.width ?? 0
  const drawn = chosen.values === 'pooled' ? width : Math.min(chosen.k, width)
  const tokens = Array.from({ length: drawn }, (_, entry): DrawnEntry => ({ entry }))
  if (rows === 'round') return String(series.round) === key ? tokens : []
  if (rows === 'position') return tokens.filter(({ entry }) => String(entry) === key)
  if (rows === 'operator') {
    const { names, codes } = series.operators ?? {}
    const code = names?.indexOf(key) ?? -1
    return code < 0 ? [] : tokens.map((one) => ({ ...one, keeps: (row) => codes?.[row] === code }))
  }
  return tokens
}

/** Certainty of the first tokens under the evolution prompt (the paper's Figure 5). */
export const firstTokenProbability = densityFigure<Options>({
  id: 'first-token-probability',
  question: 'certain',
  title: 'First-token probability',
  description:
    'How certain each evolver is of the first tokens it writes: Gaussian density (Scott) of their probabilities, pooled.',
  options,
  column: columnOf,
  needsOperators: (chosen) => splitOf(chosen) === 'operator',
  panels: (data, chosen) => ({
    rows: rowsOf(data, splitOf(chosen)),
    columns: seedSetColumns(data, chosen.columns === ALL),
    holds: (series, _row, column) => column === ALL || series.seedSetKey === column,
  }),
  entries: tokensOf,
  axis: () => ({ ...evenAxis({ from: 0, to: 1 }, BINS), gridTo: GRID_END }),
  look: ({ values, k, view }) => ({
    bars: view === 'histogram',
    reversed: true,
    xLabel: 'Probability of the token',
    quantity: 'token probability',
    of: 'first-token probabilities',
    // A filter on this column reads the first token only.
    selectColumn: k === 1 ? COLUMNS[values] : null,
    threshold: { value: CERTAIN, side: 'above', label: '> 0.99' },
    unitName: 'tokens',
  }),
  notes: ({ chosen }) => [
    'The curve stops at 0.99: certain tokens would flatten the rest. Their share is printed in each panel.',
    ...(chosen.values === 'computed' ? [] : [UNKNOWN_VALUES]),
    ...(chosen.values === 'pooled'
      ? [
          'All values of a file at once: rows, operators and positions are not known, so a filter of rows leaves the file out.',
        ]
      : []),
    ...(chosen.k === 1 || chosen.values === 'pooled'
      ? []
      : ['The first token is often a formula; split by position to see it apart.']),
  ],
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(COLUMNS.computed, 'First-token probability'),
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
