import type { CodedValue } from '@/lib/contracts/column-kinds'
import { answerSchema, type Answer } from '@/lib/contracts/prompts'
import { canonicalText } from '@/lib/prompts/prompt'
import { defineRubric, INTENTIONS } from '@/lib/prompts/rubric'
import { z } from 'zod'
import { tagParsers, textParsers } from './judging/answer-parsers'
import { resultsOf } from './judging/example'
import { judgeRows, replySchema } from './judging/judge'
import { labelParsers, type ReplyParsers } from './judging/label-parser'
import { numberParsers } from './judging/number-parser'
import { asksQuestion, questionKey, questionMessage, questionParams } from './judging/own-question'
import { settleConstrained } from './judging/params'
import {
  defineMetric,
  type MetricExample,
  type MetricRow,
  type MetricTools,
  type OutputSpec,
  type RowResult,
} from './types'

const ID = 'prompt_column'
const KEY = 'value'
const COUNT = 'count'

const params = z.object({
  ...questionParams(
    'column',
    INTENTIONS,
    'What the judge model is asked about each row, and what it answers with: a choice, a number, tags or a text.',
  ),
  scale: answerSchema.default(INTENTIONS.scale).meta({ hidden: true }),
})
type Params = z.infer<typeof params>

const questionOf = ({ name, promptText, scale }: Params) =>
  defineRubric<Answer>({ name, template: promptText, scale })

/** How each kind of answer is asked for, read and stored. */
interface AnswerKind {
  output: Pick<OutputSpec, 'shape' | 'description' | 'words' | 'range'>
  /** What a constrained reply holds under the key of the value. */
  schema: Record<string, unknown>
  parsers: ReplyParsers<number | CodedValue>
}

function kindOf(scale: Answer): AnswerKind {
  switch (scale.kind) {
    case 'category': {
      const { choices } = scale
      const description = `One of: ${choices.join(', ')}.`
      return {
        output: { shape: 'category', words: choices, description },
        schema: { type: 'string', enum: choices },
        parsers: labelParsers(choices, KEY),
      }
    }
    case 'number': {
      const { min, max } = scale
      const ends = { min: min ?? -Infinity, max: max ?? Infinity }
      return {
        output: {
          shape: 'scalar',
          ...(min !== null && max !== null ? { range: [min, max] } : {}),
          description: "The number of the judge model's reply.",
        },
        schema: {
          type: 'number',
          ...(min === null ? {} : { minimum: min }),
          ...(max === null ? {} : { maximum: max }),
        },
        parsers: numberParsers({ ...ends, integer: false, jsonKey: KEY }),
      }
    }
    case 'tags':
      return {
        output: {
          shape: 'tags',
          description: "The tags of the judge model's reply, in lower case, each once.",
        },
        schema: { type: 'array', items: { type: 'string' }, maxItems: scale.most },
        parsers: tagParsers(scale.most, KEY),
      }
    case 'text':
      return {
        output: { shape: 'text', description: "The judge model's reply." },
        schema: { type: 'string' },
        parsers: textParsers(KEY),
      }
  }
}

function outputs(settings: Params): readonly OutputSpec[] {
  const { name, scale } = questionOf(settings)
  const own: OutputSpec = {
    ...kindOf(scale).output,
    key: KEY,
    label: name,
    dtype: 'f64',
    unit: '',
    direction: 'none',
    directionMeans: 'No direction.',
    isChosen: true,
  }
  if (scale.kind !== 'tags') return [own]
  const count: OutputSpec = {
    key: COUNT,
    label: `${name}, number`,
    shape: 'scalar',
    dtype: 'f64',
    unit: 'tags',
    range: [0, scale.most],
    direction: 'higher',
    directionMeans: 'More tags: a more complex instruction, where the tags name intentions.',
    description: 'How many tags the row has: the complexity of InsTag.',
  }
  return [own, count]
}

async function computeBatch(
  rows: readonly MetricRow[],
  settings: Params,
  tools: MetricTools,
): Promise<RowResult[]> {
  const question = questionOf(settings)
  const { schema, parsers } = kindOf(question.scale)
  const asked = {
    metric: ID,
    key: KEY,
    schema: replySchema(KEY, schema),
    parsers,
    // Half a list or text can be read and is not what the judge model would have said.
    isOpenEnded: question.scale.kind === 'tags' || question.scale.kind === 'text',
    message: questionMessage(question),
  }
  const results = await judgeRows(asked, settings, rows, tools)
  return results.map((result): RowResult => {
    const tags = result.coded?.[KEY]
    return Array.isArray(tags) ? { ...result, values: { [COUNT]: tags.length } } : result
  })
}

/** Returns value or status per reply when a model answers a question of this kind. */
function example(
  scale: Answer,
  cases: Record<string, number | string>,
): Pick<MetricExample, 'name' | 'run' | 'expected'> {
  const settings = params.parse({ promptText: '{instruction}', name: 'Example', scale })
  const shown = ({ status, values, coded }: RowResult) => {
    const value = coded?.[KEY] ?? values[KEY] ?? status
    return typeof value === 'number'
      ? value
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  }
  const replies = Object.keys(cases)
  return {
    name: `answers of kind ${scale.kind}`,
    run: async () => {
      const results = await resultsOf(
        replies.map((text) => ({ text })),
        (rows, tools) => computeBatch(rows, settings, tools),
      )
      return Object.fromEntries(results.map((result, at) => [replies[at] ?? '', shown(result)]))
    },
    expected: cases,
  }
}

/** Answers to a question of the user's own, as a column of their kind. Every question (text and kind) makes columns of its own. */
export const promptColumn = defineMetric<Params>({
  ...asksQuestion<Params>(ID, INTENTIONS, questionOf),
  label: 'Column from a prompt',
  description:
    'A judge model answers a question of your own about each row with a choice, a number, tags or a text.',
  formula:
    "value = the answer read from the judge model's reply; tags in lower case (NFKC, single blanks), each once; number of tags = the complexity of InsTag",
  source:
    'your own question; its text, kind of answer and hash are in the run details. Complexity by number of tags: InsTag (arXiv 2308.07074)',
  needsFor: ({ constrained }) => (constrained === 'always' ? ['structured'] : []),
  settle: (settings, can) => {
    // Refused before a run is made: a text or kind of answer that cannot be used.
    outputs(settings)
    const promptText = canonicalText(settings.promptText)
    return settleConstrained({ ...settings, promptText }, can)
  },
  instanceOf: (settings) => {
    const question = questionOf(settings)
    return { key: questionKey(question), label: question.name }
  },
  params,
  outputs: outputs(params.parse({})),
  outputsFor: outputs,
  computeBatch,
  examples: [
    example(
      { kind: 'category', choices: ['code', 'maths', 'other'] },
      {
        Maths: 2,
        'It is code.': 1,
        'code or maths': 'ambiguous',
        'a poem': 'unparsed',
        ' ': 'empty',
      },
    ),
    example(
      { kind: 'number', min: 0, max: null },
      {
        '12.5': 12.5,
        'about 1,200 words': 1200,
        '-3': 'out_of_range',
        '2 or 3': 'ambiguous',
        nan: 'nonfinite',
      },
    ),
    example(
      { kind: 'tags', most: 3 },
      {
        '["Unit tests", "python"]': '["unit tests","python"]',
        '```json\n["a", "A ", "b"]\n```': '["a","b"]',
        '[{"tag": "sorting", "explanation": "it sorts"}]': '["sorting"]',
        '{"value": ["x"]}': '["x"]',
        'Tags: sorting, two pointers.': '["sorting","two pointers"]',
        '1. sorting\n2. recursion': '["sorting","recursion"]',
        '[]': '[]',
        None: '[]',
        '["a", "b", "c", "d"]': 'reply_too_long',
        'It wants the reader to sort a list, and fast': 'unparsed',
        'I am sorry, I cannot help with that': 'refused',
        '["a", 1]': 'unparsed',
      },
    ),
    example(
      { kind: 'text' },
      {
        ' Two lines\nof text ': 'Two lines\nof text',
        'I cannot help with that.': 'refused',
        ' ': 'empty',
      },
    ),
  ],
})
