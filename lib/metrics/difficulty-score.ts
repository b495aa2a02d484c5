import { judgeScore } from '@/lib/prompts/judge-score'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { promptUse } from './judging/ask'
import { judgeExample } from './judging/example'
import { judgeRows } from './judging/judge'
import { judgeParams, settleConstrained, settledText, type JudgeParams } from './judging/params'
import { scoreParsers } from './judging/score-parser'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'difficulty_score'
const KEY = 'score'

const params = judgeParams(judgeScore.id)

const SCHEMA = {
  type: 'object',
  properties: { score: { type: 'integer', minimum: 0, maximum: 100 } },
  required: ['score'],
  additionalProperties: false,
}

async function computeBatch(
  rows: readonly MetricRow[],
  settings: JudgeParams,
  tools: MetricTools,
): Promise<RowResult[]> {
  const prompt = withText(judgeScore, settings.promptText)
  const rating = {
    metric: ID,
    key: KEY,
    schema: SCHEMA,
    parsers: scoreParsers,
    // The instruction alone is judged, as the reference script does.
    message: ({ instruction }: MetricRow) =>
      instruction === ''
        ? { status: 'empty_instruction' as const }
        : { content: renderPrompt(prompt, { instruction }) },
  }
  return judgeRows(rating, settings, rows, tools)
}

/** Difficulty and complexity of an instruction from 0 to 100, rated by a judge model. */
export const difficultyScore = defineMetric({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 1,
  label: 'Difficulty score',
  description: 'A judge model rates difficulty and complexity of the instruction from 0 to 100.',
  formula: 'score in 0..100, read from a greedy reply',
  source: 'arXiv 2412.11231, complexity-score script; own wording of the prompt',
  needs: ['chat'],
  needsFor: ({ constrained }) => (constrained === 'always' ? ['structured'] : []),
  settle: (settings, can) => ({
    ...settleConstrained(settings, can),
    promptText: settledText(judgeScore, settings.promptText),
  }),
  inputs: { response: false, parent: false },
  params,
  outputs: [
    {
      key: KEY,
      label: 'Difficulty score',
      shape: 'scalar',
      dtype: 'f64',
      unit: '',
      range: [0, 100],
      direction: 'higher',
      directionMeans: 'Rated harder by the judge model.',
      description: 'Rated difficulty and complexity, 0 to 100.',
    },
  ],
  prompts: ({ promptText }) => [promptUse(withText(judgeScore, promptText))],
  // A judge takes a second or so a row: this many in flight fill a server and are done within a commit or two.
  batchRows: 16,
  computeBatch,
  examples: [
    {
      name: 'replies of different form',
      run: async () =>
        judgeExample(
          ['85', '85/100', 'Score: 40', '20 or 30', 'nan', '101', 'hard'],
          KEY,
          (rows, tools) => computeBatch(rows, params.parse({}), tools),
        ),
      expected: {
        '0': 85,
        '1': 85,
        '2': 40,
        '3': 'ambiguous',
        '4': 'nonfinite',
        '5': 'out_of_range',
        '6': 'unparsed',
      },
    },
  ],
})
