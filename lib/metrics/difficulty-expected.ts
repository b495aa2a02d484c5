import { z } from 'zod'
import { judgeDigit } from '@/lib/prompts/judge-digit'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { whole } from './params'
import { promptUse } from './judging/ask'
import { resultsOf } from './judging/example'
import { expectedOutputs, expectedRows, TOP_DIGIT } from './judging/expected-rows'
import { promptTextParam, repeatParams, settledText } from './judging/params'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'difficulty_expected'
const DEFAULT_TOP = 5

const params = z.object({
  top: whole(
    { min: 2, max: TOP_DIGIT, preset: DEFAULT_TOP },
    'Top of the scale of digits, which begins at 1.',
  ),
  repeat: repeatParams.repeat,
  promptText: promptTextParam(judgeDigit.id, '{instruction} and {top}'),
})
type Params = z.infer<typeof params>

function outputs(top: number) {
  return expectedOutputs(top, 'Expected difficulty', 'Rated harder by the judge model.')
}

async function computeBatch(
  rows: readonly MetricRow[],
  { top, repeat, promptText }: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const prompt = withText(judgeDigit, promptText)
  const message = ({ instruction }: MetricRow) =>
    instruction === ''
      ? { status: 'empty_instruction' as const }
      : { content: renderPrompt(prompt, { instruction, top: String(top) }) }
  return expectedRows({ metric: ID, top, repeat, message }, rows, tools)
}

/** Expected difficulty over a scale of digits, from the judge's probabilities instead of its choice. */
export const difficultyExpected = defineMetric({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 1,
  label: 'Expected difficulty',
  description:
    'The mean rating under the probabilities that a judge model gives to each digit of the scale, in place of the one it writes.',
  formula: 'E = sum s p_s / sum p_s, p_s = probability of digit s as the first token, s = 1..S',
  source: 'product definition: metric reference, section 3.3; own wording of the prompt',
  needs: ['chat', 'outputLogprobs'],
  inputs: { response: false, parent: false },
  onDemand: true,
  settle: (settings) => ({
    ...settings,
    promptText: settledText(judgeDigit, settings.promptText),
  }),
  params,
  outputs: outputs(DEFAULT_TOP),
  outputsFor: ({ top }) => outputs(top),
  prompts: ({ promptText }) => [promptUse(withText(judgeDigit, promptText))],
  // One token a row: twice as many rows as for a judge that writes end within a second or two.
  batchRows: 32,
  computeBatch,
  examples: [
    {
      name: 'the worked example, and a first token that is no digit',
      run: runExample,
      expected: { expected: 29 / 9, coverage: 0.9, low: 'low_coverage', lowCoverage: 0.4 },
    },
  ],
})

async function runExample(): Promise<Record<string, number | string | null>> {
  const replies = [
    { '2': 0.1, '3': 0.5, ' 4': 0.3, The: 0.1 },
    { The: 0.6, '3': 0.4 },
  ].map((alternatives) => {
    const top = Object.entries(alternatives).map(([text, p]) => {
      return { text, id: null, logprob: Math.log(p) }
    })
    return { text: '3', tokens: [{ text: '3', id: null, logprob: Math.log(0.5), top }] }
  })
  const [good, low] = await resultsOf(replies, (rows, tools) =>
    computeBatch(rows, params.parse({}), tools),
  )
  return {
    expected: good?.values['expected'] as number,
    coverage: good?.values['coverage'] as number,
    low: low?.status ?? null,
    lowCoverage: low?.values['coverage'] as number,
  }
}
