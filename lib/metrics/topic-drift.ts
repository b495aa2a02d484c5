import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { createRandom } from '@/lib/stats/random'
import { quantileSorted } from '@/lib/stats/summary'
import { required } from './failures'
import { flagOutput } from './health/flag-output'
import { emptyColumns } from './neighbours/columns'
import { driftExample } from './neighbours/example'
import { differentTexts, embedRows, type RowVectors } from './neighbours/row-vectors'
import { requestText } from './texts/length'
import { defineMetric, type CellResult, type MetricRow, type MetricTools } from './types'

// Rows paired with seeds of others, from which the threshold is taken: its quantile is then right to about 0.002.
const MOST_PAIRS = 10_000
// Of fewer pairs the quantile would be one chance pair.
const FEWEST_PAIRS = 20
const PAIR_SEED = 1

const params = z.object({
  text: requestText('Text of row and seed that is embedded.', {
    withInput: 'instruction, newline and input, as for the neighbour distance.',
    without: 'the instruction alone.',
  }),
  threshold: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .default(null)
    .describe(
      'Cosine distance from which a row has drifted; empty takes it from the cell: the distance that the share below of rows and seeds of others keep.',
    ),
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe(
      `Without a threshold: share of up to ${MOST_PAIRS} seeded pairs of a row and another row's seed that are nearer than the threshold.`,
    ),
})
type Params = z.infer<typeof params>

const OUTPUTS = [
  {
    key: 'distance',
    label: 'Distance to the seed',
    shape: 'scalar',
    dtype: 'f64',
    unit: 'cosine distance',
    range: [0, 2],
    direction: 'none',
    directionMeans: 'Further from the seed, by intent (breadth) or by loss of the topic.',
    description: '1 less the cosine of the vectors of row and seed.',
    isChosen: true,
  },
  flagOutput(
    'drifted',
    'topic drift',
    'Whether the row is as far from its seed as rows are from seeds of others; not applicable to breadth, which asks for another topic.',
  ),
] as const

/** 1 less the cosine of vector i of one matrix and j of another; NaN for a vector of zeros. */
function cosineDistance(a: RowVectors, i: number, b: RowVectors, j: number): number {
  let [dot, own, other] = [0, 0, 0]
  for (let k = 0; k < a.d; k += 1) {
    const x = a.matrix[i * a.d + k] as number
    const y = b.matrix[j * b.d + k] as number
    dot += x * y
    own += x * x
    other += y * y
  }
  // Rounding may leave a hair beyond the range.
  return Math.min(2, Math.max(0, 1 - dot / Math.sqrt(own * other)))
}

/** Pairs of a row and the seed of another one: all, or as many seeded draws as are enough. */
function* otherPairs(n: number, seeds: number, seedOf: readonly number[]) {
  if (n * (seeds - 1) <= MOST_PAIRS) {
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < seeds; j += 1) if (j !== seedOf[i]) yield [i, j] as const
    }
    return
  }
  const random = createRandom(PAIR_SEED)
  for (let drawn = 0; drawn < MOST_PAIRS; drawn += 1) {
    const i = random.below(n)
    const j = random.below(seeds - 1)
    // The numbers from the own seed's on stand for the seeds after it.
    yield [i, j < (seedOf[i] as number) ? j : j + 1] as const
  }
}

const keyOf = ({ instruction, input }: Pick<MetricRow, 'instruction' | 'input'>) =>
  JSON.stringify([instruction, input ?? ''])

async function computeCell(
  rows: readonly MetricRow[],
  { text, threshold: given, share }: Params,
  tools: MetricTools,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  required(tools.embed, 'topic_drift', 'embed')
  const columns = emptyColumns(OUTPUTS, rows.length)
  const recipe = text === 'instruction' ? 'instruction' : 'instruction-newline-input'
  // Each seed once, whoever descends from it.
  const seeds = new Map<string, MetricRow>()
  for (const { seed } of rows) {
    if (seed)
      seeds.set(keyOf(seed), {
        ...seed,
        index: seeds.size,
        response: null,
        parent: null,
        operator: null,
      })
  }
  const seedRows = [...seeds.values()]
  const total = differentTexts([...rows, ...seedRows], recipe)
  const step = (from: number) => (done: number) =>
    tools.progress(Math.min(total, from + done), total)
  const there = await embedRows(seedRows, recipe, tools, step(0))
  const here = await embedRows(rows, recipe, tools, step(there.n))
  for (const [row, name] of here.missing) columns.setStatus(row, name)

  const vectorOf = new Map(
    there.at.map((position, j) => [keyOf(seedRows[position] as MetricRow), j]),
  )
  const placed = here.at.flatMap((row, i) => {
    const { seed } = rows[row] as MetricRow
    const j = seed ? vectorOf.get(keyOf(seed)) : undefined
    if (j !== undefined) return [{ row, i, j }]
    // A seed without text, or one that the backend refused.
    const reason = there.record['firstError'] === null ? 'not_applicable' : 'error'
    columns.setStatus(row, seed ? reason : 'no_seed')
    return []
  })
  const others: number[] = []
  for (const [at, j] of otherPairs(
    placed.length,
    there.n,
    placed.map((one) => one.j),
  )) {
    others.push(cosineDistance(here, (placed[at] as { i: number }).i, there, j))
  }
  const ascending = Float64Array.from(others.filter((distance) => !Number.isNaN(distance))).sort()
  const found = ascending.length < FEWEST_PAIRS ? null : quantileSorted(ascending, share)
  const threshold = given ?? found

  for (const { row, i, j } of placed) {
    const distance = cosineDistance(here, i, there, j)
    if (Number.isNaN(distance)) {
      columns.setStatus(row, 'nonfinite')
      continue
    }
    const wasCut = here.truncated[i] === 1 || there.truncated[j] === 1
    columns.setStatus(row, wasCut ? 'truncated_input' : 'ok')
    columns.set('distance', row, distance)
    if ((rows[row] as MetricRow).operator === 'breadth')
      columns.setStatus(row, 'not_applicable', 'drifted')
    else if (threshold === null) columns.setStatus(row, 'n_too_small', 'drifted')
    else columns.set('drifted', row, distance >= threshold ? 2 : 1)
  }
  tools.progress(total, total)
  return { columns: columns.all, record: { ...here.record, threshold, nPairs: ascending.length } }
}

const EAST = [
  [1, 0],
  [1, 0],
  [1, 0],
]
const STAR = [0, 1, 2, 3, 4, 5].map((k) => [
  Math.cos((k * Math.PI) / 3),
  Math.sin((k * Math.PI) / 3),
])

const example = (
  vectors: readonly (readonly number[])[],
  seeds: readonly (readonly number[])[],
  chosen: Partial<Params> = {},
  operator = 'deepen',
) =>
  driftExample(vectors, seeds, operator, (rows, tools) =>
    computeCell(rows, params.parse(chosen), tools),
  )

/** Distance of each row to its seed in embedding space, and a flag where it is that of a stranger. */
export const topicDrift = defineMetric<Params>({
  kind: 'measured',
  scope: 'cell',
  version: 1,
  needs: ['embed'],
  id: 'topic_drift',
  label: 'Topic drift',
  description: 'How far an evolved instruction is from its seed, and whether it lost the topic.',
  formula:
    'distance_i = 1 - cos(e_i, s_i); drifted where distance_i >= threshold, by default the 0.05 quantile of 1 - cos(e_i, s_j) over rows i and seeds j of others in the cell',
  source:
    'Our own rule; the threshold follows the encoder and the data, so that it needs no tuning',
  onDemand: true,
  inputs: { response: false, parent: true, seed: true },
  params,
  outputs: OUTPUTS,
  prompts: () => [],
  // Cell scope: all rows at once, embedded in calls of 256 texts.
  batchRows: 256,
  computeCell,
  examples: [
    {
      name: 'a threshold of its own',
      run: () =>
        example(
          [
            [1, 0],
            [0.6, 0.8],
            [0, 1],
          ],
          EAST,
          { threshold: 0.3 },
        ),
      expected: { distance: '0 0.4 1', drifted: '1 2 2' },
    },
    {
      name: 'breadth has a distance and no flag',
      run: () => example([[0, 1]], EAST, { threshold: 0.3 }, 'breadth'),
      expected: { distance: '1', drifted: 'not_applicable' },
    },
    {
      name: 'a threshold from the distances to seeds of others',
      // Six rows stay with their seeds, which are 60 degrees apart: to those of others it is 0.5, 1.5 or 2. The last row left.
      run: () => example([...STAR, [-1, 0]], [...STAR, [1, 0]]),
      expected: { distance: '0 0 0 0 0 0 2', drifted: '1 1 1 1 1 1 2' },
    },
    {
      name: 'too few rows for a threshold',
      run: () => example([[0, 1]], EAST),
      expected: { distance: '1', drifted: 'n_too_small' },
    },
    {
      name: 'without seeds',
      run: () => example([[0, 1]], []),
      expected: { distance: 'no_seed', drifted: 'no_seed' },
    },
  ],
})
