import { z } from 'zod'
import type { StatusName } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { countWords, WORD_RULE } from './texts/words'
import { defineMetric, type MeasuredMetric, type MetricRow, type RowResult } from './types'

// Counting takes microseconds a row; a batch this large leaves room for other jobs after a few milliseconds.
const BATCH_ROWS = 256
// Largest budget: a prompt that allows more has none.
const MOST_WORDS = 100_000
const LEVELS = ['under', 'within', 'over'] as const

const words = (description: string, most: number) =>
  z.number().int().min(0).max(MOST_WORDS).default(most).describe(description)

const params = z
  .object({
    least: words('Fewest words that the prompt asks to add.', 10),
    most: words('Most words that the prompt allows to add.', 20),
    unknownOperator: z
      .enum(['missing', 'depth'])
      .default('missing')
      .describe(
        'What rows are whose operator is not known. missing: no value. depth: as made by a depth operator.',
      ),
  })
  .refine(({ least, most }) => least <= most, 'least must not be more than most.')
type Params = z.infer<typeof params>

/** The level of a row, counted from 1, or why it has none. */
function levelOf(row: MetricRow, { least, most, unknownOperator }: Params): number | StatusName {
  const { parent, operator } = row
  if (!parent) return 'no_parent'
  if (operator === null && unknownOperator === 'missing') return 'no_operator'
  // Breadth asks for a new instruction of about the same length.
  if (operator === 'breadth') return 'not_applicable'
  const added = countWords(row.instruction) - countWords(parent.instruction)
  if (added > most) return LEVELS.indexOf('over') + 1
  return LEVELS.indexOf(added < least ? 'under' : 'within') + 1
}

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, chosen, { signal }) => {
  throwIfAborted(signal)
  return rows.map((row): RowResult => {
    const { index } = row
    const level = levelOf(row, chosen)
    return typeof level === 'number'
      ? { index, status: 'ok', values: { budget: level } }
      : { index, status: level, values: {} }
  })
}

const parent = { instruction: 'Add.', input: null }
const longer = (added: number) => `Add.${' word'.repeat(added)}`

async function example(fields: Partial<MetricRow>, chosen: Partial<Params> = {}) {
  const row = exampleRow({ parent, operator: 'deepen', ...fields })
  const [result] = (await computeBatch?.([row], params.parse(chosen), stubTools())) ?? []
  const level = result?.values['budget']
  return {
    budget: typeof level === 'number' ? (LEVELS[level - 1] ?? null) : (result?.status ?? null),
  } as Record<string, number | string | null>
}

/** Whether a row adds as many words as the prompt of its operator allows. */
export const wordBudget = defineMetric<Params>({
  kind: 'measured',
  id: 'word_budget',
  version: 1,
  label: 'Word budget',
  description:
    'Whether a row adds fewer, as many or more words than the prompt of its operator allows.',
  formula: `under: words(row) - words(parent) < least; over: > most; else within. Instructions without input; breadth has no budget. ${WORD_RULE}`,
  source:
    'The prompts of Evol-Instruct (arXiv 2304.12244, appendix) allow 10 to 20 added words for operators in depth; the rule is our own',
  scope: 'row',
  needs: [],
  inputs: { response: false, parent: true },
  // Asked for by those who look at budgets; added words are counted anyway.
  onDemand: true,
  params,
  outputs: [
    {
      key: 'budget',
      label: 'word budget',
      shape: 'enum',
      dtype: 'f32',
      levels: LEVELS,
      unit: '',
      range: [1, LEVELS.length],
      direction: 'none',
      directionMeans: 'Whether the evolver kept to the words that its prompt allows.',
      description:
        'under, within or over the words that a depth or automatic operator may add; not applicable to breadth.',
    },
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    ...(
      [
        ['9 words added', 9, 'under'],
        ['10 words added', 10, 'within'],
        ['20 words added', 20, 'within'],
        ['21 words added', 21, 'over'],
      ] as const
    ).map(([name, added, budget]) => ({
      name,
      run: () => example({ instruction: longer(added) }),
      expected: { budget },
    })),
    {
      name: 'a budget of its own',
      run: () => example({ instruction: longer(21) }, { least: 0, most: 21 }),
      expected: { budget: 'within' },
    },
    {
      name: 'breadth has none',
      run: () => example({ instruction: longer(21), operator: 'breadth' }),
      expected: { budget: 'not_applicable' },
    },
    {
      name: 'an operator that is not known',
      run: async () => ({
        missing: (await example({ operator: null }))['budget'] ?? null,
        depth: (await example({ operator: null }, { unknownOperator: 'depth' }))['budget'] ?? null,
      }),
      expected: { missing: 'no_operator', depth: 'under' },
    },
    {
      name: 'without a parent',
      run: () => example({ parent: null }),
      expected: { budget: 'no_parent' },
    },
  ],
})
