import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { equalSizeMeans } from './neighbours/equal-size'
import { mndExample } from './neighbours/example'
import { tileCount } from './neighbours/plan'
import { differentTexts, embedRows } from './neighbours/row-vectors'
import { emptyColumns, NEIGHBOUR_RUN, nearOutputs, neighbourParams } from './neighbours/columns'
import { wholeOrNone } from './params'
import type { CellResult, MetricRow, MetricTools, OutputSpec } from './types'
import { defineMetric } from './types'

const params = z.object({
  ...neighbourParams('another row counts as a repeat'),
  repeatCap: wholeOrNone(
    1,
    'Largest repeat count, 499 for the reference script; empty counts all rows.',
  ),
  equalSize: wholeOrNone(
    2,
    'Rows of the draws whose mean distance is shown in the run details, so that cells of different size compare; empty makes none.',
  ),
  seed: z.number().int().min(0).default(0).describe('Random seed of those draws.'),
})
type Params = z.infer<typeof params>

// More repeats than this the reference script cannot count: it looks at 500 neighbours, the row among them.
const REFERENCE_CAP = 499

const OUTPUTS: readonly OutputSpec[] = [
  ...nearOutputs(
    {
      key: 'mnd',
      label: 'MND',
      directionMeans:
        'More diverse: the nearest other instruction is further away. Falls as the cell grows.',
      description: 'Squared Euclidean distance to the nearest other row of the cell.',
    },
    {
      key: 'neighbour',
      label: 'nearest row',
      shape: 'rowRef',
      directionMeans: 'Names a row.',
      description:
        'The nearest other row of the cell; the first one where several are equally near.',
    },
    {
      key: 'repeat_count',
      label: 'repeats',
      directionMeans: 'Fewer near copies.',
      description: 'Number of other rows nearer than the threshold.',
    },
  ),
  {
    key: 'reference_cap',
    label: 'over the reference cap',
    shape: 'scalar',
    dtype: 'f64',
    unit: '',
    range: [0, 1],
    direction: 'none',
    directionMeans: 'The reference script would have counted fewer.',
    description: `1 when a row has more than ${REFERENCE_CAP} repeats, which the reference script cannot count.`,
    hidden: true,
  },
]

async function computeCell(
  rows: readonly MetricRow[],
  { textRecipe: recipe, threshold, repeatCap, equalSize, seed }: Params,
  tools: MetricTools,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  const columns = emptyColumns(OUTPUTS, rows.length)
  const nTexts = differentTexts(rows, recipe)
  const nTiles = tileCount(nTexts)
  const total = nTexts + nTiles
  const vectors = await embedRows(rows, recipe, tools, (done) => tools.progress(done, total))
  const { n, d, matrix, at, truncated, missing, record } = vectors
  for (const [row, name] of missing) columns.setStatus(row, name)
  if (n < 2) {
    for (const row of at) columns.setStatus(row, 'n_too_small')
    return { columns: columns.all, record }
  }

  // Loaded here: the search starts threads and a native library, which only the job worker may do.
  const { findNeighbours } = await import('./neighbours/search')
  const { signal, kept } = tools
  const found = await findNeighbours(matrix, n, d, {
    threshold,
    signal,
    ...(kept ? { kept } : {}),
    progress: (done, all) => tools.progress(nTexts + (nTiles * done) / all, total),
  })
  at.forEach((row, i) => {
    const repeats = found.repeats[i] as number
    const nearest = at[found.neighbour[i] as number] as number
    columns.setStatus(row, truncated[i] === 1 ? 'truncated_input' : 'ok')
    columns.set('mnd', row, found.distance[i] as number)
    columns.set('neighbour', row, rows[nearest]?.index as number)
    columns.set('repeat_count', row, repeatCap === null ? repeats : Math.min(repeats, repeatCap))
    columns.set('reference_cap', row, repeats > REFERENCE_CAP ? 1 : 0)
  })
  const draws =
    equalSize === null
      ? {}
      : {
          equalSize: await equalSizeMeans(
            matrix,
            n,
            d,
            { size: equalSize, seed },
            { threshold, signal },
          ),
        }
  tools.progress(total, total)
  return { columns: columns.all, record: { ...record, nDistinct: found.nDistinct, ...draws } }
}

const compute = (rows: readonly MetricRow[], tools: MetricTools) =>
  computeCell(rows, params.parse({}), tools)

/** Distance of each row to its nearest other row in embedding space. */
export const mnd = defineMetric<Params>({
  ...NEIGHBOUR_RUN,
  id: 'mnd',
  label: 'Minimum neighbour distance',
  description: 'How far an instruction is from the nearest other instruction of its cell.',
  formula: 'MND_i = min over j != i of sum_k (e_ik - e_jk)^2   (squared, no root)',
  source:
    'arXiv 2412.11231, diversity script; self excluded by index, repeats counted over all rows',
  params,
  outputs: OUTPUTS,
  computeCell,
  examples: [
    {
      name: 'four unit vectors without repeats',
      run: () =>
        mndExample(
          [
            [1, 0],
            [0, 1],
            [0.6, 0.8],
            [0.8, 0.6],
          ],
          compute,
        ),
      expected: { mnd: '0.4 0.4 0.08 0.08', repeats: '0 0 0 0', nearest: '3 2 3 2' },
    },
    {
      name: 'two copies and a near one',
      run: () =>
        mndExample(
          [
            [1, 0],
            [1, 0],
            [0.98, 0.198997487421],
            [0, 1],
          ],
          compute,
        ),
      expected: { mnd: '0 0 0.04 1.602005', repeats: '2 2 2 0', nearest: '1 0 0 2' },
    },
    {
      name: 'one row alone',
      run: () => mndExample([[1, 0]], compute),
      expected: { mnd: 'n_too_small', repeats: 'n_too_small', nearest: 'n_too_small' },
    },
  ],
})
