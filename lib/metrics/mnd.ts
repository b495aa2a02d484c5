import { z } from 'zod'
import { statusCode } from '@/lib/contracts/status'
import type { StatusName } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { embedTexts } from './neighbours/embed-texts'
import { mndExample } from './neighbours/example'
import { normWarning, rowNorms } from './neighbours/norms'
import { MND_OUTPUTS, REFERENCE_CAP } from './neighbours/outputs'
import { tileCount } from './neighbours/plan'
import type { CellResult, MetricRow, MetricTools } from './types'
import { defineMetric } from './types'

const params = z.object({
  textRecipe: z
    .enum(['instruction-newline-input', 'instruction'])
    .default('instruction-newline-input')
    .describe(
      'Text that is embedded: instruction, newline and input as the script does, or the instruction alone.',
    ),
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
})
type Params = z.infer<typeof params>

function textOf({ instruction, input }: MetricRow, recipe: Params['textRecipe']): string {
  return recipe === 'instruction' ? instruction : `${instruction}\n${input ?? ''}`
}

/** Columns being filled; every row starts as `not_run` and gets exactly one status for all outputs. */
function emptyColumns(n: number): CellResult['columns'] {
  return Object.fromEntries(
    MND_OUTPUTS.map(({ key }) => [key, { values: new Float64Array(n), status: new Uint8Array(n) }]),
  )
}

async function computeCell(
  rows: readonly MetricRow[],
  { textRecipe, threshold, repeatCap }: Params,
  tools: MetricTools,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  const columns = emptyColumns(rows.length)
  const setStatus = (row: number, name: StatusName) => {
    for (const column of Object.values(columns)) column.status[row] = statusCode(name)
  }
  const set = (key: string, row: number, value: number) => {
    const column = columns[key]
    if (column) column.values[row] = value
  }

  const texts = rows.map((row) => textOf(row, textRecipe))
  const filled = texts.flatMap((text, row) => (text.trim() === '' ? [] : [row]))
  texts.forEach((text, row) => {
    if (text.trim() === '') setStatus(row, 'empty_instruction')
  })

  const asked = filled.map((row) => texts[row] as string)
  const nTexts = new Set(asked).size
  const nTiles = tileCount(nTexts)
  const total = nTexts + nTiles
  const embedded = await embedTexts(asked, tools, (done) => tools.progress(done, total))
  const { d, vectors, rowOf, truncated } = embedded
  // Positions in `filled` of the rows that take part, and their vectors one after the other.
  const taking = [...filled.keys()].filter((at) => (rowOf[at] as number) >= 0)
  filled.forEach((row, at) => {
    if ((rowOf[at] as number) < 0) setStatus(row, 'error')
  })
  const n = taking.length
  const matrix = new Float32Array(n * d)
  taking.forEach((at, i) => {
    const from = (rowOf[at] as number) * d
    matrix.set(vectors.subarray(from, from + d), i * d)
  })
  const norms = rowNorms(matrix, n, d)
  const record: Record<string, unknown> = {
    dimension: d,
    nVectors: n,
    nExcluded: rows.length - n,
    norms,
    warning: norms === null ? null : normWarning(norms),
    firstError: embedded.firstError,
  }
  if (n < 2) {
    for (const at of taking) setStatus(filled[at] as number, 'n_too_small')
    return { columns, record }
  }

  // Loaded here: the search starts threads and a native library, which only the job worker may do.
  const { findNeighbours } = await import('./neighbours/search')
  const found = await findNeighbours(matrix, n, d, {
    threshold,
    signal: tools.signal,
    progress: (done, all) => tools.progress(nTexts + (nTiles * done) / all, total),
  })
  taking.forEach((at, i) => {
    const row = filled[at] as number
    const repeats = found.repeats[i] as number
    const nearest = filled[taking[found.neighbour[i] as number] as number] as number
    setStatus(row, truncated[at] === 1 ? 'truncated_input' : 'ok')
    set('mnd', row, found.distance[i] as number)
    set('neighbour', row, rows[nearest]?.index as number)
    set('repeat_count', row, repeatCap === null ? repeats : Math.min(repeats, repeatCap))
    set('reference_cap', row, repeats > REFERENCE_CAP ? 1 : 0)
  })
  tools.progress(total, total)
  return {
    columns,
    record: { ...record, nDistinct: found.nDistinct, nRescanned: found.nRescanned },
  }
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
