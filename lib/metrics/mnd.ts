import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { equalSizeMeans } from './neighbours/equal-size'
import { mndExample } from './neighbours/example'
import { MND_OUTPUTS, REFERENCE_CAP } from './neighbours/outputs'
import { tileCount } from './neighbours/plan'
import { differentTexts, embedRows, readsResponse, textRecipe } from './neighbours/row-vectors'
import { emptyColumns } from './neighbours/columns'
import type { CellResult, MetricRow, MetricTools } from './types'
import { defineMetric } from './types'

const params = z.object({
  textRecipe,
  threshold: z
    .number()
    .min(0)
    .max(4)
    .default(0.05)
    .describe('Squared distance below which another row counts as a repeat.'),
  repeatCap: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Largest repeat count, 499 for the reference script; empty counts all rows.'),
  equalSize: z
    .number()
    .int()
    .min(2)
    .nullable()
    .default(null)
    .describe(
      'Rows of the draws whose mean distance is shown in the run details, so that cells of different size compare; empty makes none.',
    ),
  seed: z.number().int().min(0).default(0).describe('Seed of those draws.'),
})
type Params = z.infer<typeof params>

async function computeCell(
  rows: readonly MetricRow[],
  { textRecipe: recipe, threshold, repeatCap, equalSize, seed }: Params,
  tools: MetricTools,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  const columns = emptyColumns(MND_OUTPUTS, rows.length)
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
  const { signal } = tools
  const found = await findNeighbours(matrix, n, d, {
    threshold,
    signal,
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
  const { nDistinct, nRescanned } = found
  return { columns: columns.all, record: { ...record, nDistinct, nRescanned, ...draws } }
}

/** Distance of each row to its nearest other row in embedding space. */
export const mnd = defineMetric({
  kind: 'measured',
  scope: 'cell',
  id: 'mnd',
  version: 1,
  label: 'Minimum neighbour distance',
  description: 'How far an instruction is from the nearest other instruction of its cell.',
  formula: 'MND_i = min over j != i of sum_k (e_ik - e_jk)^2   (squared, no root)',
  source:
    'arXiv 2412.11231, diversity script; self excluded by index, repeats counted over all rows',
  needs: ['embed'],
  inputs: { response: false, parent: false },
  inputsFor: ({ textRecipe: recipe }) => ({ response: readsResponse(recipe), parent: false }),
  params,
  outputs: MND_OUTPUTS,
  prompts: () => [],
  // Cell scope: all rows at once, embedded in calls of 256 texts.
  batchRows: 256,
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
          (rows, tools) => computeCell(rows, params.parse({}), tools),
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
          (rows, tools) => computeCell(rows, params.parse({}), tools),
        ),
      expected: { mnd: '0 0 0.04 1.602005', repeats: '2 2 2 0', nearest: '1 0 0 2' },
    },
    {
      name: 'one row alone',
      run: () => mndExample([[1, 0]], (rows, tools) => computeCell(rows, params.parse({}), tools)),
      expected: { mnd: 'n_too_small', repeats: 'n_too_small', nearest: 'n_too_small' },
    },
  ],
})
