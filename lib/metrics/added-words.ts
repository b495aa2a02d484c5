import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { requestText } from './texts/length'
import { countWords, WORD_RULE } from './texts/words'
import { defineMetric, type MeasuredMetric, type MetricRow, type RowResult } from './types'

// Counting takes microseconds a row; a batch this large leaves room for other jobs after a few milliseconds.
const BATCH_ROWS = 256

const params = z.object({
  text: requestText('What is counted.'),
})
type Params = z.infer<typeof params>

function words(row: Pick<MetricRow, 'instruction' | 'input'>, { text }: Params): number {
  const own = countWords(row.instruction)
  return text === 'instruction' ? own : own + countWords(row.input ?? '')
}

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, chosen, { signal }) => {
  throwIfAborted(signal)
  return rows.map((row): RowResult => {
    const added = (from: MetricRow['parent'] | undefined) =>
      from ? words(row, chosen) - words(from, chosen) : null
    const [own, seed] = [added(row.parent), added(row.seed)]
    return {
      index: row.index,
      status: own === null ? 'no_parent' : 'ok',
      values: { words: own, seed },
      statuses: { seed: seed === null ? 'no_seed' : 'ok' },
    }
  })
}

async function example(fields: Partial<MetricRow>, text: Params['text'] = 'with_input') {
  const [result] = (await computeBatch?.([exampleRow(fields)], { text }, stubTools())) ?? []
  const { words: own, seed } = result?.values ?? {}
  return {
    words: (own as number | null) ?? result?.status ?? null,
    seed: (seed as number | null) ?? result?.statuses?.['seed'] ?? null,
  }
}

const COUNT = { shape: 'scalar', dtype: 'f64', unit: 'words', direction: 'higher' } as const

/** Words that a row has more than its parent, and more than its seed. */
export const addedWords = defineMetric<Params>({
  kind: 'measured',
  id: 'added_words',
  version: 2,
  label: 'Added words',
  description: 'How many words longer the instruction is than its parent, and than its seed.',
  formula: `words(row) - words(parent), and words(row) - words(seed). ${WORD_RULE}`,
  source:
    'Word counts of the cases in figures 8 and 9 of arXiv 2412.11231, whose prompts allow 10 to 20 added words; the rule is our own',
  scope: 'row',
  needs: [],
  inputs: { response: false, parent: true, seed: true },
  params,
  outputs: [
    {
      ...COUNT,
      key: 'words',
      label: 'added words',
      directionMeans: 'Longer than its parent, which alone is neither harder nor better.',
      description: 'Words of the row less words of its parent; negative where it is shorter.',
    },
    {
      ...COUNT,
      key: 'seed',
      label: 'added words (seed)',
      directionMeans: 'Longer than its seed, which alone is neither harder nor better.',
      description: 'Words of the row less words of its seed, all rounds together.',
    },
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    {
      name: 'counts against parent and seed, with the input',
      run: () =>
        example({
          instruction: 'Add the numbers and explain.',
          input: '2 40 1',
          parent: { instruction: 'Add.', input: '2 40' },
          seed: { instruction: 'Add.', input: '2' },
        }),
      expected: { words: 5, seed: 6 },
    },
    {
      name: 'counts the instruction alone',
      run: () =>
        example(
          {
            instruction: 'Add the numbers and explain.',
            input: '2 40 1',
            parent: { instruction: 'Add.', input: '2 40' },
            seed: { instruction: 'Add now.', input: '2' },
          },
          'instruction',
        ),
      expected: { words: 4, seed: 3 },
    },
    {
      name: 'is negative for a shorter row',
      run: () =>
        example({
          instruction: 'Add.',
          parent: { instruction: 'Add the numbers.', input: null },
          seed: { instruction: 'Add.', input: null },
        }),
      expected: { words: -2, seed: 0 },
    },
    {
      name: 'has a reason where parent or seed is not there',
      run: () => example({ instruction: 'Add.', parent: null, seed: null }),
      expected: { words: 'no_parent', seed: 'no_seed' },
    },
  ],
})
