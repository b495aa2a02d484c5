import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { required } from './failures'
import { emptyColumns, NEIGHBOUR_RUN, nearOutputs, neighbourParams } from './neighbours/columns'
import { acrossExample, type Vectors } from './neighbours/example'
import { tileCountAcross } from './neighbours/plan'
import { differentTexts, embedRows } from './neighbours/row-vectors'
import type { CellResult, MetricRow, MetricTools, OtherCell } from './types'
import { defineMetric } from './types'

const params = z.object({
  against: z
    .enum(['seeds', 'previous', 'arm'])
    .default('seeds')
    .describe(
      'Rows that novelty is measured against, of the same seed set: its seeds, the same evolver one round before, or another evolver in the same round.',
    ),
  arm: z
    .string()
    .default('')
    .describe('Key of the other evolver, where novelty is measured against one.')
    .meta({ names: 'evolver' }),
  ...neighbourParams('a row of the other cell counts as near'),
})
type Params = z.infer<typeof params>

const OUTPUTS = nearOutputs(
  {
    key: 'novelty',
    label: 'novelty',
    directionMeans: 'Further from everything in the other cell. Falls as that cell grows.',
    description: 'Squared Euclidean distance to the nearest row of the other cell.',
  },
  {
    key: 'nearest_index',
    label: 'nearest row there',
    shape: 'scalar',
    directionMeans: 'Names a row of the other cell, counted from 0.',
    description: 'Index of the nearest row in the other cell; the first of equally near ones.',
  },
  {
    key: 'near_count',
    label: 'near rows there',
    directionMeans: 'Fewer near copies in the other cell.',
    description: 'Number of rows of the other cell nearer than the threshold.',
  },
)

async function computeCell(
  rows: readonly MetricRow[],
  { textRecipe: recipe, threshold }: Params,
  tools: MetricTools,
  other?: OtherCell,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  required(tools.embed, 'novelty', 'embed')
  const columns = emptyColumns(OUTPUTS, rows.length)
  if (!other || other.rows.length === 0) {
    // Seeds have no seeds to be new against: that is no failure of theirs.
    rows.forEach((_, row) => columns.setStatus(row, 'not_applicable'))
    return { columns: columns.all, record: { against: null, reason: other?.reason ?? null } }
  }
  const nTexts = differentTexts([...rows, ...other.rows], recipe)
  const nTiles = tileCountAcross(rows.length, other.rows.length)
  const total = nTexts + nTiles
  const step = (from: number) => (done: number) =>
    tools.progress(Math.min(nTexts, from + done), total)
  const there = await embedRows(other.rows, recipe, tools, step(0))
  const here = await embedRows(rows, recipe, tools, step(there.n))
  for (const [row, name] of here.missing) columns.setStatus(row, name)
  const record = {
    ...here.record,
    against: other.name,
    nOther: there.n,
    nOtherExcluded: other.rows.length - there.n,
  }
  if (here.n === 0 || there.n === 0) {
    for (const row of here.at) columns.setStatus(row, 'n_too_small')
    return { columns: columns.all, record }
  }
  // Loaded here: the search starts threads and a native library, which only the job worker may do.
  const { findNeighboursAcross } = await import('./neighbours/across')
  const found = await findNeighboursAcross(here.matrix, here.n, there.matrix, there.n, here.d, {
    threshold,
    signal: tools.signal,
    ...(tools.kept ? { kept: tools.kept } : {}),
    progress: (done, all) => tools.progress(nTexts + (nTiles * done) / all, total),
  })
  here.at.forEach((row, i) => {
    const nearest = found.neighbour[i] as number
    const wasCut = here.truncated[i] === 1 || there.truncated[nearest] === 1
    columns.setStatus(row, wasCut ? 'truncated_input' : 'ok')
    columns.set('novelty', row, found.distance[i] as number)
    columns.set('nearest_index', row, other.rows[there.at[nearest] as number]?.index as number)
    columns.set('near_count', row, found.near[i] as number)
  })
  tools.progress(total, total)
  return { columns: columns.all, record }
}

const example = (vectors: Vectors, others: Vectors) =>
  acrossExample(
    { novelty: 'novelty', near: 'near_count', nearest: 'nearest_index' },
    vectors,
    others,
    (rows, tools, other) => computeCell(rows, params.parse({}), tools, other),
  )

/** Distance of each row to the nearest row of another cell in embedding space. */
export const novelty = defineMetric<Params>({
  ...NEIGHBOUR_RUN,
  id: 'novelty',
  label: 'Novelty',
  description: 'How far an instruction is from the nearest instruction of another cell.',
  formula: 'novelty_i = min over j in the other cell of sum_k (e_ik - f_jk)^2   (squared, no root)',
  source: 'The neighbour distance of arXiv 2412.11231 taken across two sets; not in the paper',
  onDemand: true,
  otherCell: ({ against, arm }) => ({ relation: against, arm }),
  params,
  outputs: OUTPUTS,
  computeCell,
  examples: [
    {
      name: 'two rows against two others',
      run: () =>
        example(
          [
            [1, 0],
            [0.6, 0.8],
          ],
          [
            [0, 1],
            [0.8, 0.6],
          ],
        ),
      // (1, 0) is 0.04 + 0.36 from (0.8, 0.6); (0.6, 0.8) is 0.04 + 0.04 from it and 0.36 + 0.04 from (0, 1).
      expected: { novelty: '0.4 0.08', near: '0 0', nearest: '1 1' },
    },
    {
      name: 'against nothing',
      run: () => example([[1, 0]], []),
      expected: { novelty: 'not_applicable', near: 'not_applicable', nearest: 'not_applicable' },
    },
  ],
})
