import { z } from 'zod'
import { PARENT_FILE_RULE, parentPlaceOf, USUAL_PARENT } from '@/lib/contracts/operators'
import { throwIfAborted } from '@/lib/errors'
import { required } from './failures'
import { flagOutput } from './health/flag-output'
import { emptyColumns, NEIGHBOUR_RUN } from './neighbours/columns'
import { acrossExample, type Vectors } from './neighbours/example'
import { tileCountAcross } from './neighbours/plan'
import { differentTexts, embedRows, textRecipe } from './neighbours/row-vectors'
import type { CellResult, MetricRow, MetricTools, OtherCell, OutputSpec } from './types'
import { defineMetric } from './types'

const params = z.object({
  parent: z
    .string()
    .refine((text) => parentPlaceOf(text) !== undefined, `parent is ${PARENT_FILE_RULE}`)
    .default(USUAL_PARENT)
    .describe(`File that the rows are compared with: ${PARENT_FILE_RULE}`),
  textRecipe,
})
type Params = z.infer<typeof params>

const cosine = {
  shape: 'scalar',
  dtype: 'f64',
  unit: 'cosine',
  range: [-1, 1],
  direction: 'none',
} as const

const OUTPUTS: readonly OutputSpec[] = [
  {
    ...cosine,
    key: 'cosine',
    label: 'likeness to the nearest row',
    directionMeans: 'More like a row of the parent file.',
    description: 'Cosine of the vectors of the row and of the nearest row of the parent file.',
    isChosen: true,
  },
  {
    ...cosine,
    key: 'second',
    label: 'likeness to the second row',
    directionMeans: 'More like a second row of the parent file: the nearest one says less.',
    description: 'Cosine with the second nearest row; -1 where the parent file has one row.',
  },
  {
    ...cosine,
    key: 'nearest_index',
    label: 'nearest row of the parent file',
    unit: '',
    range: [0, Number.MAX_SAFE_INTEGER],
    directionMeans: 'Names a row of the parent file, counted from 0.',
    description: 'Index of the nearest row there; the first of equally near ones.',
  },
  flagOutput(
    'mutual',
    'nearest both ways',
    'Whether the row is also the one of its file that is nearest to its nearest row.',
  ),
]

/** Scales each row to length 1, so that squared distances are 2 - 2 cos; returns the positions of rows of zeros. */
function toUnitLength(rows: Float32Array, n: number, d: number): Set<number> {
  const zeros = new Set<number>()
  for (let i = 0; i < n; i += 1) {
    const row = rows.subarray(i * d, (i + 1) * d)
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    if (norm === 0) zeros.add(i)
    else row.forEach((value, k) => (row[k] = value / norm))
  }
  return zeros
}

const cosineOf = (squared: number) => Math.max(-1, 1 - squared / 2)

async function computeCell(
  rows: readonly MetricRow[],
  { textRecipe: recipe }: Params,
  tools: MetricTools,
  other?: OtherCell,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  required(tools.embed, 'parent_likeness', 'embed')
  const columns = emptyColumns(OUTPUTS, rows.length)
  if (!other || other.rows.length === 0) {
    rows.forEach((_, row) => columns.setStatus(row, 'not_applicable'))
    return { columns: columns.all, record: { reason: other?.reason ?? null } }
  }
  const nTexts = differentTexts([...rows, ...other.rows], recipe)
  const nTiles = tileCountAcross(rows.length, other.rows.length)
  const total = nTexts + 2 * nTiles
  const embedding = (from: number) => (done: number) =>
    tools.progress(Math.min(nTexts, from + done), total)
  const there = await embedRows(other.rows, recipe, tools, embedding(0))
  const here = await embedRows(rows, recipe, tools, embedding(there.n))
  for (const [row, name] of here.missing) columns.setStatus(row, name)
  const { record } = here
  if (here.n === 0 || there.n === 0) {
    for (const row of here.at) columns.setStatus(row, 'n_too_small')
    return { columns: columns.all, record }
  }
  const { d } = here
  const noDirection = toUnitLength(here.matrix, here.n, d)
  toUnitLength(there.matrix, there.n, d)
  // Loaded here: the search starts threads and a native library, which only the job worker may do.
  const { findNeighboursAcross } = await import('./neighbours/across')
  const searching = (from: number) => ({
    threshold: 0,
    signal: tools.signal,
    progress: (done: number, all: number) =>
      tools.progress(nTexts + from + (nTiles * done) / all, total),
  })
  const found = await findNeighboursAcross(here.matrix, here.n, there.matrix, there.n, d, {
    ...searching(0),
    wantsSecond: true,
  })
  const back = await findNeighboursAcross(
    there.matrix,
    there.n,
    here.matrix,
    here.n,
    d,
    searching(nTiles),
  )
  here.at.forEach((row, i) => {
    if (noDirection.has(i)) {
      columns.setStatus(row, 'nonfinite')
      return
    }
    const nearest = found.neighbour[i] as number
    const wasCut = here.truncated[i] === 1 || there.truncated[nearest] === 1
    columns.setStatus(row, wasCut ? 'truncated_input' : 'ok')
    columns.set('cosine', row, cosineOf(found.distance[i] as number))
    columns.set('second', row, cosineOf(found.second?.[i] ?? Infinity))
    columns.set('nearest_index', row, other.rows[there.at[nearest] as number]?.index as number)
    columns.set('mutual', row, back.neighbour[nearest] === i ? 2 : 1)
  })
  tools.progress(total, total)
  return { columns: columns.all, record }
}

const example = (vectors: Vectors, others: Vectors) =>
  acrossExample(
    { cosine: 'cosine', second: 'second', nearest: 'nearest_index', mutual: 'mutual' },
    vectors,
    others,
    (rows, tools, other) => computeCell(rows, params.parse({}), tools, other),
  )

/** The row of the parent file that each row is nearest to in embedding space; alignment by embedding reads it. */
export const parentLikeness = defineMetric<Params>({
  ...NEIGHBOUR_RUN,
  id: 'parent_likeness',
  label: 'Likeness to the parent file',
  description:
    'Which row of the parent file an instruction is nearest to by embedding, how near, and how near the second is.',
  formula: 'cosine_i = max over j in the parent file of cos(e_i, f_j); every pair is compared',
  source: 'Our own, for alignment by embedding; not in the paper',
  onDemand: true,
  otherCell: ({ parent }) => {
    const place = parentPlaceOf(parent)
    if (!place) return { relation: 'previous', arm: '' }
    if (place.arm === null) return { relation: 'seeds', arm: '' }
    return { relation: 'arm', arm: place.arm, round: place.round }
  },
  params,
  outputs: OUTPUTS,
  computeCell,
  examples: [
    {
      name: 'three rows against three others',
      run: () =>
        example(
          [
            [1, 0],
            [3, 4],
            [0.8, 0.6],
          ],
          [
            [0, 2],
            [1, 0],
            [-1, 0],
          ],
        ),
      // Lengths do not matter: (3, 4) is as (0.6, 0.8). It is nearest to (0, 2), whose nearest it is; (0.8, 0.6) is beaten by (1, 0).
      expected: { cosine: '1 0.8 0.8', second: '0 0.6 0.6', nearest: '1 0 1', mutual: '2 2 1' },
    },
    {
      name: 'a copy of the nearest row is the second',
      run: () =>
        example(
          [[1, 0]],
          [
            [0.6, 0.8],
            [0.6, 0.8],
          ],
        ),
      expected: { cosine: '0.6', second: '0.6', nearest: '0', mutual: '2' },
    },
    {
      name: 'one row there, and none',
      run: async () => {
        const one = await example([[1, 0]], [[0, 1]])
        const none = await example([[1, 0]], [])
        return { second: one['second'] ?? null, none: none['cosine'] ?? null }
      },
      expected: { second: '-1', none: 'not_applicable' },
    },
  ],
})
