import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { required } from './failures'
import { requestText } from './texts/length'
import { defineMetric, type MeasuredMetric, type MetricRow, type RowResult } from './types'

// A few hundred texts fill one call to a tokenizer and take it some milliseconds.
const BATCH_ROWS = 256

const params = z.object({
  text: requestText('What is counted of the request.'),
})
type Params = z.infer<typeof params>

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, { text }, tools) => {
  throwIfAborted(tools.signal)
  const tokenize = required(tools.tokenize, 'tokens', 'tokenize')
  const partsOf = ({ instruction, input, response }: MetricRow) => [
    instruction,
    text === 'instruction' ? '' : (input ?? ''),
    response ?? '',
  ]
  const texts = rows.flatMap(partsOf)
  // Servers differ in what they say of an empty text, which has no tokens.
  const filled = texts.filter((part) => part !== '')
  const ids = filled.length === 0 ? [] : await tokenize(filled, false)
  let next = 0
  const counts = texts.map((part) => (part === '' ? 0 : (ids[next++]?.length ?? 0)))
  return rows.map(({ index, response }, at): RowResult => {
    const [instruction = 0, input = 0, reply = 0] = counts.slice(3 * at, 3 * at + 3)
    return {
      index,
      status: 'ok',
      values: { instruction: instruction + input, response: response === null ? null : reply },
      statuses: { response: response === null ? 'no_response' : 'ok' },
    }
  })
}

async function example(fields: Partial<MetricRow>, chosen: Params) {
  // A tokenizer that takes each character for a token.
  const tools = stubTools({
    tokenize: async (texts) => texts.map((one) => Int32Array.from(one, () => 1)),
  })
  const [result] = (await computeBatch?.([exampleRow(fields)], chosen, tools)) ?? []
  return {
    instruction: (result?.values['instruction'] as number | undefined) ?? null,
    response:
      (result?.values['response'] as number | null) ?? result?.statuses?.['response'] ?? null,
  }
}

const COUNT = { shape: 'scalar', dtype: 'f64', unit: 'tokens', direction: 'none' } as const

/** Lengths of a row in tokens of a model. */
export const tokens = defineMetric<Params>({
  kind: 'measured',
  id: 'tokens',
  version: 1,
  label: 'Tokens',
  description:
    'How many tokens instruction and response have for the tokenizer of the model that the run names.',
  formula:
    'tokens(instruction) + tokens(input), and tokens(response), each text by itself, without special tokens and chat template',
  source:
    'The tokenizer of the backend, named in the definition with its model; lengths in tokens as in arXiv 2402.04833',
  scope: 'row',
  needs: ['tokenize'],
  inputs: { response: true, parent: false },
  onDemand: true,
  params,
  outputs: [
    {
      ...COUNT,
      key: 'instruction',
      label: 'instruction tokens',
      directionMeans: 'Longer, which alone is neither harder nor better.',
      description: 'Tokens of the instruction and its input; of a chat, of its last user message.',
      isChosen: true,
    },
    {
      ...COUNT,
      key: 'response',
      label: 'response tokens',
      directionMeans: 'Longer, which alone is neither harder nor better.',
      description: 'Tokens of the response; of a chat, of its last reply.',
      isChosen: true,
    },
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    {
      name: 'instruction with input, and response',
      run: () => example({ instruction: 'Add.', input: '2 4', response: 'six' }, params.parse({})),
      expected: { instruction: 7, response: 3 },
    },
    {
      name: 'the instruction alone, and no response',
      run: () => example({ instruction: 'Add.', input: '2 4' }, { text: 'instruction' }),
      expected: { instruction: 4, response: 'no_response' },
    },
    {
      name: 'empty texts, which have no tokens',
      run: () => example({ response: '' }, params.parse({})),
      expected: { instruction: 0, response: 0 },
    },
  ],
})
