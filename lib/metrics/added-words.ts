import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { WITH_INPUT, WITHOUT_INPUT } from './texts/length'
import { countWords, WORD_RULE } from './texts/words'
import { defineMetric, type MeasuredMetric, type MetricRow, type RowResult } from './types'

// Counting takes microseconds a row; a batch this large leaves room for other jobs after a few milliseconds.
const BATCH_ROWS = 256

const params = z.object({
  text: z
    .enum(['with_input', 'instruction'])
    .default('with_input')
    .describe(`What is counted. with_input: ${WITH_INPUT} instruction: ${WITHOUT_INPUT}`),
})
type Params = z.infer<typeof params>

function words(row: Pick<MetricRow, 'instruction' | 'input'>, { text }: Params): number {
  const own = countWords(row.instruction)
  return text === 'instruction' ? own : own + countWords(row.input ?? '')
}

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, chosen, { signal }) => {
  throwIfAborted(signal)
  return rows.map((row): RowResult => {
    const { index, parent } = row
    return parent
      ? { index, status: 'ok', values: { words: words(row, chosen) - words(parent, chosen) } }
      : { index, status: 'no_parent', values: {} }
  })
}

async function example(instruction: string, parent: MetricRow['parent'], input: string | null) {
  const row = exampleRow({ instruction, input, parent })
  const run = async (text: Params['text']) => {
    const [result] = (await computeBatch?.([row], { text }, stubTools())) ?? []
    return result?.values['words'] ?? result?.status ?? null
  }
  return { with_input: await run('with_input'), instruction: await run('instruction') } as Record<
    string,
    number | string | null
  >
}

/** Words that a row has more than its parent. */
export const addedWords = defineMetric<Params>({
  kind: 'measured',
  id: 'added_words',
  version: 1,
  label: 'Added words',
  description: 'How many words longer the instruction is than its parent.',
  formula: `words(row) - words(parent). ${WORD_RULE}`,
  source:
    'Word counts of the cases in figures 8 and 9 of arXiv 2412.11231, whose prompts allow 10 to 20 added words; the rule is our own',
  scope: 'row',
  needs: [],
  inputs: { response: false, parent: true },
  params,
  outputs: [
    {
      key: 'words',
      label: 'added words',
      shape: 'scalar',
      dtype: 'f64',
      unit: 'words',
      direction: 'higher',
      directionMeans: 'Longer than its parent, which alone is neither harder nor better.',
      description: 'Words of the row less words of its parent; negative where it is shorter.',
    },
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    {
      name: 'counts against the parent',
      run: () =>
        example('Add the numbers and explain.', { instruction: 'Add.', input: '2 40' }, '2 40 1'),
      expected: { with_input: 5, instruction: 4 },
    },
    {
      name: 'is negative for a shorter row',
      run: () => example('Add.', { instruction: 'Add the numbers.', input: null }, null),
      expected: { with_input: -2, instruction: -2 },
    },
    {
      name: 'is not there without a parent',
      run: () => example('Add.', null, null),
      expected: { with_input: 'no_parent', instruction: 'no_parent' },
    },
  ],
})
