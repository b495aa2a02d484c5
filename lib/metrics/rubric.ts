import { z } from 'zod'
import { rubricScaleSchema, type RubricScale } from '@/lib/contracts/prompts'
import { AppError } from '@/lib/errors'
import { canonicalText } from '@/lib/prompts/prompt'
import { CLARITY, defineRubric, type Rubric } from '@/lib/prompts/rubric'
import { judgeExample } from './judging/example'
import { expectedOutputs, expectedRows, TOP_DIGIT } from './judging/expected-rows'
import { judgeRows, replySchema } from './judging/judge'
import { labelParsers } from './judging/label-parser'
import { numberParsers } from './judging/number-parser'
import { asksQuestion, questionKey, questionMessage, questionParams } from './judging/own-question'
import { settleConstrained } from './judging/params'
import type { MetricRow, MetricTools, OutputSpec, RowResult } from './types'
import { defineMetric } from './types'

const ID = 'rubric'
const KEY = 'rating'

const params = z.object({
  ...questionParams(
    'rubric',
    CLARITY,
    'The rubric: what the judge model is asked, and the scale of its answers.',
  ),
  scale: rubricScaleSchema.default(CLARITY.scale).meta({ hidden: true }),
  reading: z
    .enum(['reply', 'expected'])
    .default('reply')
    .describe(
      `How the rating is read: from the reply, or as expected value from the log-probabilities of the first token (scales of digits from 1 to at most ${TOP_DIGIT}).`,
    ),
})
type Params = z.infer<typeof params>

function rubricOf({ name, promptText, scale }: Params): Rubric<RubricScale> {
  return defineRubric({ name, template: promptText, scale })
}

/** Returns the top of a scale whose expected value can be read: digits from 1. */
function topDigit({ scale }: Rubric<RubricScale>): number {
  if (scale.kind === 'integers' && scale.min === 1 && scale.max <= TOP_DIGIT) return scale.max
  throw new AppError(
    'invalid_input',
    `An expected value needs a scale of digits from 1 to at most ${TOP_DIGIT}. Change the scale, or read the reply.`,
  )
}

function outputs(settings: Params): readonly OutputSpec[] {
  const rubric = rubricOf(settings)
  const { name, scale } = rubric
  const means = "Rated higher on the rubric's scale by the judge model."
  if (settings.reading === 'expected') return expectedOutputs(topDigit(rubric), name, means)
  const own = {
    key: KEY,
    label: name,
    dtype: 'f64',
    unit: '',
    direction: 'higher',
    directionMeans: means,
  } as const
  if (scale.kind === 'integers') {
    const { min, max } = scale
    const description = `Rating on a scale from ${min} to ${max}.`
    return [{ ...own, shape: 'scalar', range: [min, max], description }]
  }
  const { labels } = scale
  const description = `Ordinal of the rated label, 1 "${labels[0]}" to ${labels.length} "${labels.at(-1)}".`
  return [{ ...own, shape: 'enum', levels: labels, range: [1, labels.length], description }]
}

function schemaOf(scale: RubricScale): Record<string, unknown> {
  return replySchema(
    KEY,
    scale.kind === 'labels'
      ? { type: 'string', enum: scale.labels }
      : { type: 'integer', minimum: scale.min, maximum: scale.max },
  )
}

function parsersOf(scale: RubricScale) {
  return scale.kind === 'labels'
    ? labelParsers(scale.labels, KEY)
    : numberParsers({ min: scale.min, max: scale.max, integer: true, jsonKey: KEY })
}

async function computeBatch(
  rows: readonly MetricRow[],
  settings: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const rubric = rubricOf(settings)
  const message = questionMessage(rubric)
  if (settings.reading === 'expected') {
    const top = topDigit(rubric)
    return expectedRows({ metric: ID, top, repeat: settings.repeat, message }, rows, tools)
  }
  const { scale } = rubric
  const rating = {
    metric: ID,
    key: KEY,
    schema: schemaOf(scale),
    parsers: parsersOf(scale),
    message,
  }
  return judgeRows(rating, settings, rows, tools)
}

const defaults = params.parse({})

/** Ratings by a question of the user's own. Every rubric (text and scale) makes columns of its own. */
export const rubric = defineMetric<Params>({
  ...asksQuestion<Params>(ID, CLARITY, rubricOf),
  label: 'Rubric',
  description: 'A judge model rates each row by a question and a scale that you write.',
  formula:
    'rating = the label or integer of the scale that the judge model replies with, read from its reply',
  source: 'your own rubric; its text, scale and hash are in the run details',
  needsFor: ({ constrained, reading }) => {
    if (reading === 'expected') return ['outputLogprobs']
    return constrained === 'always' ? ['structured'] : []
  },
  settle: (settings, can) => {
    // Refused before a run is made: a scale or text that cannot be used.
    outputs(settings)
    const settled = { ...settings, promptText: canonicalText(settings.promptText) }
    // A reply of one digit is not constrained; its probabilities are read as they are.
    return settings.reading === 'expected'
      ? { ...settled, constrained: 'never' as const }
      : settleConstrained(settled, can)
  },
  instanceOf: (settings) => {
    const asked = rubricOf(settings)
    const { name } = asked
    const key = questionKey(asked)
    return settings.reading === 'expected'
      ? { key: `${key}e`, label: `${name}, expected value` }
      : { key, label: name }
  },
  params,
  outputs: outputs(defaults),
  outputsFor: outputs,
  computeBatch,
  examples: [
    {
      name: 'integers of the rubric that comes with the program',
      run: async () =>
        judgeExample(['4', '4/5', 'Rating: 2', '6', '3 or 4', ''], KEY, (rows, tools) =>
          computeBatch(rows, defaults, tools),
        ),
      expected: { '0': 4, '1': 4, '2': 2, '3': 'out_of_range', '4': 'ambiguous', '5': 'empty' },
    },
    {
      name: 'labels',
      run: async () =>
        judgeExample(
          ['on topic', 'Off-topic.', 'nearly', 'It is nearly on topic'],
          KEY,
          (rows, tools) =>
            computeBatch(
              rows,
              params.parse({
                name: 'Topic',
                promptText: 'On topic? {instruction}',
                scale: { kind: 'labels', labels: ['off topic', 'nearly', 'on topic'] },
              }),
              tools,
            ),
        ),
      expected: { '0': 3, '1': 1, '2': 2, '3': 'ambiguous' },
    },
  ],
})
