import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { AppError, throwIfAborted } from '@/lib/errors'
import { createRandom } from '@/lib/stats/random'
import { coverageExample } from './neighbours/example'
import { emptyColumns, NEIGHBOUR_RUN } from './neighbours/columns'
import { facilityOrder, farthestFirst } from './neighbours/greedy'
import { differentTexts, embedRows, textRecipe } from './neighbours/row-vectors'
import { whole } from './params'
import { SIX_VECTORS } from './sets/example-vectors'
import {
  defineMetric,
  type CellResult,
  type MetricRow,
  type MetricTools,
  type OutputSpec,
} from './types'

const METHODS = ['k-center', 'facility-location'] as const

const params = z.object({
  textRecipe,
  method: z
    .enum(METHODS)
    .default('k-center')
    .describe('Farthest rows first, or the rows that best stand for all.'),
  rows: whole(
    { min: 1, max: 20_000, preset: 1_000 },
    'Rows that are put in order; the others have no rank.',
  ),
  seed: whole({ min: 0, max: 2 ** 31, preset: 0 }, 'Random seed of the first row of k-center.'),
})
type Params = z.infer<typeof params>

// Facility location looks at many rows again for each one that it takes: minutes at this size, hours beyond.
const MOST_ROWS = { 'k-center': 200_000, 'facility-location': 20_000 }

const number = { shape: 'scalar', dtype: 'f64' } as const

const OUTPUTS: readonly OutputSpec[] = [
  {
    ...number,
    key: 'rank',
    label: 'Coverage rank',
    unit: '',
    direction: 'lower',
    directionMeans: 'Taken earlier: the first k ranks are the selection of k rows.',
    description: 'Place of the row in the order of selection, from 1.',
  },
  {
    ...number,
    key: 'gain',
    label: 'Coverage gain',
    unit: '',
    direction: 'none',
    directionMeans: 'What the row added when it was taken.',
    description:
      'k-center: Euclidean distance to the nearest row taken before; facility location: growth of the sum of cosines to the most similar row taken.',
  },
]

async function computeCell(
  rows: readonly MetricRow[],
  given: Params,
  tools: MetricTools,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  const { textRecipe: recipe, method, seed } = given
  const most = MOST_ROWS[method]
  if (rows.length > most) {
    throw new AppError(
      'invalid_input',
      `The file has ${rows.length} rows, and ${method} takes at most ${most}. Run it over a filter or a subset that keeps fewer.`,
    )
  }
  const columns = emptyColumns(OUTPUTS, rows.length)
  const texts = differentTexts(rows, recipe)
  const total = texts + Math.min(given.rows, rows.length)
  const set = await embedRows(rows, recipe, tools, (done) => tools.progress(done, total))
  const { n, at, missing, record, truncated } = set
  for (const [row, name] of missing) columns.setStatus(row, name)
  if (n === 0) return { columns: columns.all, record }
  const step = async (chosen: number) => {
    tools.progress(texts + chosen, total)
    await nextTurn()
    throwIfAborted(tools.signal)
  }
  const found =
    method === 'k-center'
      ? await farthestFirst(set, given.rows, createRandom(seed).below(n), step)
      : await facilityOrder(set, given.rows, step)
  for (const row of at) columns.setStatus(row, found === null ? 'nonfinite' : 'left_out')
  found?.order.forEach((vector, place) => {
    const row = at[vector] as number
    columns.setStatus(row, truncated[vector] === 1 ? 'truncated_input' : 'ok')
    columns.set('rank', row, place + 1)
    const gain = found.gains[place] as number
    if (Number.isFinite(gain)) columns.set('gain', row, gain)
    else columns.setStatus(row, 'not_applicable', 'gain')
  })
  tools.progress(total, total)
  return { columns: columns.all, record }
}

const { matrix, n: SIX, d: WIDTH } = SIX_VECTORS
const VECTORS = Array.from({ length: SIX }, (_, i) => [
  ...matrix.subarray(i * WIDTH, (i + 1) * WIDTH),
])

const example = (settings: Partial<Params>) =>
  coverageExample(VECTORS, (rows, tools) => computeCell(rows, params.parse(settings), tools))

/** Order in which greedy coverage takes the rows of a cell: its first k are the selection of k rows. */
export const coverageOrder = defineMetric<Params>({
  ...NEIGHBOUR_RUN,
  id: 'coverage_order',
  label: 'Order of coverage',
  description:
    'Place of a row in a greedy selection that covers its cell: k-center or facility location.',
  formula:
    'k-center: next = argmax over i of min over taken j of |e_i - e_j|; facility location: next = argmax of sum over i of max over taken j of cos(e_i, e_j)',
  source:
    'greedy k-center (Gonzalez 1985); facility location as in arXiv 2402.00530, lazy greedy (Minoux 1978)',
  params,
  onDemand: true,
  outputs: OUTPUTS,
  computeCell,
  examples: [
    {
      name: 'six unit vectors, facility location of three',
      run: () => example({ method: 'facility-location', rows: 3 }),
      expected: { rank: 'left_out 2 3 left_out left_out 1' },
    },
  ],
})
