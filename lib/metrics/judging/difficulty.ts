import { renderPrompt, withText, type Prompt } from '@/lib/prompts/prompt'
import {
  defineMetric,
  type MeasuredMetric,
  type Metric,
  type MetricRow,
  type OutputSpec,
} from '../types'
import { promptUse } from './ask'
import { judgeExample } from './example'
import { judgeRows } from './judge'
import type { ReplyParsers } from './label-parser'
import { judgeParams, sendsPrompt, type JudgeParams } from './params'

interface Difficulty extends Pick<
  MeasuredMetric,
  'id' | 'label' | 'description' | 'formula' | 'source'
> {
  prompt: Prompt
  /** JSON schema of a constrained reply. */
  schema: Record<string, unknown>
  parsers: ReplyParsers
  output: Omit<OutputSpec, 'label' | 'dtype' | 'unit' | 'direction' | 'directionMeans'>
  /** Replies of different form with the value, or the name of the status, that each gives. */
  replies: readonly (readonly [string, number | string])[]
}

/** Returns a metric for which a judge model rates the instruction. */
export function difficultyMetric(own: Difficulty): Metric {
  const { prompt, schema, parsers, output, replies, ...texts } = own
  const params = judgeParams(prompt.id)

  const computeBatch: MeasuredMetric<JudgeParams>['computeBatch'] = async (
    rows,
    settings,
    tools,
  ) => {
    const used = withText(prompt, settings.promptText)
    const rating = {
      metric: own.id,
      key: output.key,
      schema,
      parsers,
      // The instruction alone is judged, as the reference script does.
      message: ({ instruction }: MetricRow) =>
        instruction === ''
          ? { status: 'empty_instruction' as const }
          : { content: renderPrompt(used, { instruction }) },
    }
    return judgeRows(rating, settings, rows, tools)
  }

  return defineMetric<JudgeParams>({
    ...texts,
    kind: 'measured',
    scope: 'row',
    version: 1,
    ...sendsPrompt(prompt),
    inputs: { response: false, parent: false },
    params,
    outputs: [
      {
        ...output,
        label: own.label,
        dtype: 'f64',
        unit: '',
        direction: 'higher',
        directionMeans: 'Rated harder by the judge model.',
      },
    ],
    prompts: ({ promptText }) => [promptUse(withText(prompt, promptText))],
    // A judge takes a second or so a row: this many in flight fill a server and are done within a commit or two.
    batchRows: 16,
    computeBatch,
    examples: [
      {
        name: 'replies of different form',
        run: async () =>
          judgeExample(
            replies.map(([reply]) => reply),
            output.key,
            async (rows, tools) => (await computeBatch(rows, params.parse({}), tools)) ?? [],
          ),
        expected: Object.fromEntries(replies.map(([, value], at) => [String(at), value])),
      },
    ],
  })
}
