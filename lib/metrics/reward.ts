import { z } from 'zod'
import type { RewardPair } from '@/lib/backends/types'
import { renderPrompt } from '@/lib/prompts/prompt'
import { mean } from '@/lib/stats/summary'
import { exampleRow, stubTools } from './example-tools'
import { required } from './failures'
import {
  promptParams,
  promptsForRow,
  promptsInUse,
  settlePrompts,
  settleRecorded,
} from './first-token/prompts'
import { everyRow, promptUse } from './judging/ask'
import { requestOf } from './judging/pair'
import { defineMetric, type MetricRow, type MetricTools, type RowResult } from './types'

const ID = 'reward'
const FORMS = ['evolution', 'reference', 'response'] as const

const params = z.object({
  form: z
    .enum(FORMS)
    .default('evolution')
    .describe(
      'What the reward model sees as request and reply: evolution is the request to evolve the parent with the evolved instruction as reply, as in the paper; reference builds that request from the evolved instruction itself, as the published script does; response is the instruction with its response.',
    ),
  ...promptParams,
})
type Params = z.infer<typeof params>

/** A pair for each prompt of the row, whose rewards are averaged. */
type Planned = { pairs: RewardPair[]; remark: string | null } | { result: RowResult }

function planRow(row: MetricRow, chosen: Params): Planned {
  const { index, instruction, response, parent } = row
  const without = (status: RowResult['status']): Planned => ({
    result: { index, status, values: {} },
  })
  if (instruction === '') return without('empty_instruction')
  if (chosen.form === 'response') {
    if (!response) return without('no_response')
    return { pairs: [{ request: requestOf(row), reply: response }], remark: null }
  }
  if (parent === null) return without('no_parent')
  const source = chosen.form === 'reference' ? instruction : parent.instruction
  if (source === '') return without('empty_instruction')
  const asked = promptsForRow(row, chosen)
  if ('result' in asked) return asked
  const pairs = asked.prompts.map((prompt) => ({
    request: renderPrompt(prompt, { instruction: source }),
    reply: instruction,
  }))
  return { pairs, remark: asked.remark }
}

async function computeBatch(
  rows: readonly MetricRow[],
  chosen: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const reward = required(tools.reward, ID, 'reward')
  const plan = (row: MetricRow) => planRow(row, chosen)
  return everyRow(rows, tools, plan, async ({ index }, { pairs, remark }) => {
    const values = { reward: mean(await reward(pairs)) }
    return {
      index,
      status: 'ok',
      values,
      ...(remark === null ? {} : { detail: { message: remark } }),
    }
  })
}

/** Value or status of rows where a reward model counts the words that request and reply share. */
async function example(
  form: Params['form'],
  rows: readonly Partial<MetricRow>[],
  others: Partial<Params> = {},
) {
  const tools = stubTools({
    reward: async (pairs) =>
      pairs.map(({ request, reply }) => {
        const words = new Set(request.split(/[\s:]+/))
        return reply.split(' ').filter((word) => words.has(word)).length
      }),
  })
  const results = await computeBatch(
    rows.map((row, index) => exampleRow({ index, operator: 'deepen', ...row })),
    params.parse({ form, deepenText: 'Deepen: {instruction}', ...others }),
    tools,
  )
  return Object.fromEntries(
    results.map(({ index, status, values }) => [
      String(index),
      (values['reward'] as number | undefined) ?? status,
    ]),
  )
}

const parent = { instruction: 'sort a list', input: null }

/**
 * How good a reward model finds an evolved instruction as an answer to the request to evolve its parent, or a response;
 * the mean over the operators where several ask.
 */
export const reward = defineMetric<Params>({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 1,
  label: 'Reward',
  description:
    'How good a reward model finds the evolved instruction as the reply to the request to evolve its parent, or the response to the instruction.',
  formula:
    'reward = r(request, reply); request = prompt of the operator with the parent, reply = the evolved instruction',
  source:
    'arXiv 2412.11231, Table 14 (InternLM-2-7B-Reward); its script builds the request from the evolved instruction (form reference)',
  needs: ['reward'],
  settle: (chosen) => settlePrompts(chosen),
  settleRecorded,
  inputs: { response: false, parent: true },
  inputsFor: ({ form }) => ({ response: form === 'response', parent: form !== 'response' }),
  onDemand: true,
  params,
  outputs: [
    {
      key: 'reward',
      label: 'reward',
      shape: 'scalar',
      dtype: 'f64',
      unit: '',
      direction: 'higher',
      directionMeans: 'The reward model finds the reply better.',
      description:
        'Number of the reward model. Rewards of two models, or of two forms, do not compare.',
    },
  ],
  prompts: (chosen) => (chosen.form === 'response' ? [] : promptsInUse(chosen).map(promptUse)),
  // Each row is a request of its own: this many in flight fill a server and are done within a commit or two.
  batchRows: 16,
  computeBatch,
  examples: [
    {
      name: 'the request is made of the parent',
      run: () =>
        example('evolution', [
          { instruction: 'sort a long list', parent },
          { instruction: 'sort', parent: null },
          { instruction: '', parent },
          { instruction: 'sort', parent, operator: null },
          { instruction: 'sort', parent, operator: 'unheard of' },
        ]),
      expected: {
        '0': 3,
        '1': 'no_parent',
        '2': 'empty_instruction',
        '3': 'no_operator',
        '4': 'not_applicable',
      },
    },
    {
      name: 'as the script does, from the evolved instruction itself',
      run: () => example('reference', [{ instruction: 'sort a long list', parent }]),
      expected: { '0': 4 },
    },
    {
      name: 'the mean over the operators of depth',
      run: () =>
        example('evolution', [{ instruction: 'sort a list', parent }], {
          operator: 'average4',
          constraintsText: 'sort {instruction}',
          deepenText: '{instruction}',
          concretizingText: '{instruction}',
          reasoningText: 'a {instruction}',
        }),
      expected: { '0': 3 },
    },
    {
      name: 'a response to its instruction',
      run: () =>
        example('response', [
          { instruction: 'name a fruit', response: 'a fruit is a plum' },
          { instruction: 'name a fruit', response: null },
        ]),
      expected: { '0': 3, '1': 'no_response' },
    },
  ],
})
