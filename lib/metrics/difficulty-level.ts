import { judgeLevel } from '@/lib/prompts/judge-level'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { promptUse } from './judging/ask'
import { judgeRows } from './judging/judge'
import { judgeExample } from './judging/example'
import { LEVELS, levelParsers } from './judging/level-parser'
import { judgeParams, settleConstrained, settledText, type JudgeParams } from './judging/params'
import type { MetricRow, MetricTools, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'difficulty_level'
const KEY = 'level'

const params = judgeParams(judgeLevel.id)

const SCHEMA = {
  type: 'object',
  properties: { difficulty: { type: 'string', enum: [...LEVELS] } },
  required: ['difficulty'],
  additionalProperties: false,
}

async function computeBatch(
  rows: readonly MetricRow[],
  settings: JudgeParams,
  tools: MetricTools,
): Promise<RowResult[]> {
  const prompt = withText(judgeLevel, settings.promptText)
  const rating = {
    metric: ID,
    key: KEY,
    schema: SCHEMA,
    parsers: levelParsers,
    // The instruction alone is judged, as the reference script does.
    message: ({ instruction }: MetricRow) =>
      instruction === ''
        ? { status: 'empty_instruction' as const }
        : { content: renderPrompt(prompt, { instruction }) },
  }
  return judgeRows(rating, settings, rows, tools)
}

/** Difficulty of an instruction on five levels, rated by a judge model. */
export const difficultyLevel = defineMetric({
  kind: 'measured',
  scope: 'row',
  id: ID,
  version: 1,
  label: 'Difficulty level',
  description: 'A judge model rates the instruction from very easy to very hard.',
  formula:
    'level in {1 very easy, 2 easy, 3 medium, 4 hard, 5 very hard}, read from a greedy reply',
  source: 'arXiv 2412.11231, difficulty-level script; own wording of the prompt',
  needs: ['chat'],
  needsFor: ({ constrained }) => (constrained === 'always' ? ['structured'] : []),
  settle: (settings, can) => ({
    ...settleConstrained(settings, can),
    promptText: settledText(judgeLevel, settings.promptText),
  }),
  inputs: { response: false, parent: false },
  params,
  outputs: [
    {
      key: KEY,
      label: 'Difficulty level',
      shape: 'enum',
      dtype: 'f64',
      levels: LEVELS,
      unit: '',
      range: [1, 5],
      direction: 'higher',
      directionMeans: 'Rated harder by the judge model.',
      description: 'Ordinal of the rated level, 1 very easy to 5 very hard.',
    },
  ],
  prompts: ({ promptText }) => [promptUse(withText(judgeLevel, promptText))],
  // A judge takes a second or so a row: this many in flight fill a server and are done within a commit or two.
  batchRows: 16,
  computeBatch,
  examples: [
    {
      name: 'replies of different form',
      run: async () =>
        judgeExample(
          ['hard', 'Hard.', 'easy or hard', 'banana', '', 'Rating: very easy'],
          KEY,
          (rows, tools) => computeBatch(rows, params.parse({}), tools),
        ),
      expected: {
        '0': 4,
        '1': 4,
        '2': 'ambiguous',
        '3': 'unparsed',
        '4': 'empty',
        '5': 1,
      },
    },
  ],
})
