import type { z } from 'zod'
import { judgeEqual } from '@/lib/prompts/judge-equal'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { exampleRow, stubReply, stubTools } from './example-tools'
import { copyExact } from './health/copies'
import { empty } from './health/empty'
import { leakedTemplate } from './health/leaked-template'
import { healthParams } from './health/params'
import { refusal } from './health/refusal'
import type { HealthRow } from './health/rule'
import { promptUse } from './judging/ask'
import { judgeRows, replySchema } from './judging/judge'
import { labelParsers, type ReplyParsers } from './judging/label-parser'
import { judgeParams, sendsPrompt } from './judging/params'
import { whole } from './params'
import { countWords } from './texts/words'
import { defineMetric, type MeasuredMetric, type MetricRow, type RowResult } from './types'

const LEVELS = ['no', 'yes'] as const
const VERDICTS = ['not equal', 'equal'] as const
/** Returns the value that the parsers give to "equal". */
export const EQUAL = VERDICTS.indexOf('equal') + 1
const labels = labelParsers(VERDICTS, 'verdict')
const NEGATION = /\b(?:not|never|neither|hardly|cannot)\b|n['’]t\b|\bno\b/i
/** Returns what a reply says of two instructions: as for any labels, except that "equal" in a sentence that also denies something is not taken for a verdict. */
export const equalParsers: ReplyParsers = {
  ...labels,
  tolerant(reply) {
    const parsed = labels.tolerant(reply)
    const isDoubtful = parsed.value === EQUAL && parsed.rule !== 'exact' && NEGATION.test(reply)
    return isDoubtful ? { value: null, status: 'ambiguous', rule: parsed.rule } : parsed
  },
}
const SCHEMA = replySchema('verdict', { type: 'string', enum: [...VERDICTS] })
// Of health: the rules that find what the authors throw away.
const RULES = [empty, copyExact, refusal, leakedTemplate]

const params = judgeParams(judgeEqual.id, '{parent} and {instruction}').extend({
  shortReply: whole(
    { min: 1, max: 100_000, preset: 80 },
    'A response that apologises and has fewer words than this counts as none.',
  ),
})
type Params = z.infer<typeof params>

// Words that carry nothing by themselves, in lower case.
const STOP_WORDS = new Set(
  'a an and are as at be but by can do for from had has have he her his i if in is it its me my no not of ok on or our out she so that the their them then there these they this to us was we were what when which who will with yes you your'.split(
    ' ',
  ),
)
const APOLOGY =
  /\bsorry\b|\bapologi[sz]e\b|抱歉|对不起|對不起|申し訳|\blo siento\b|\bdésolée?|\btut mir leid\b/i

/** Whether a response has no word but stop words. */
function isWithoutContent(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []
  return words.every((word) => STOP_WORDS.has(word))
}

/** Why the texts alone eliminate a row; null where they do not. */
function textReason(row: MetricRow, { shortReply }: Params): string | null {
  const seen: HealthRow = { ...row, finishReason: null }
  const settings = healthParams.parse({})
  const found = RULES.find((rule) => {
    const verdict = rule.read(seen, settings, () => null)
    return 'flag' in verdict && verdict.flag
  })
  if (found) return found.label
  if (row.response === null) return null
  if (isWithoutContent(row.response)) return 'response without content'
  const isApology = APOLOGY.test(row.response) && countWords(row.response) < shortReply
  return isApology ? 'response that apologises' : null
}

function withElimination(row: MetricRow, result: RowResult, settings: Params): RowResult {
  const equal = result.values['equal']
  const reason = textReason(row, settings) ?? (equal === EQUAL ? 'equal to its parent' : null)
  const isKnown = reason !== null || typeof equal === 'number'
  return {
    ...result,
    values: { ...result.values, eliminated: isKnown ? (reason === null ? 1 : 2) : null },
    // Without a verdict of the judge a row is not known to be kept.
    statuses: { eliminated: isKnown ? 'ok' : result.status },
    ...(reason === null ? {} : { detail: { ...result.detail, eliminated: reason } }),
  }
}

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, settings, tools) => {
  const used = withText(judgeEqual, settings.promptText)
  const rating = {
    metric: 'elimination',
    key: 'equal',
    schema: SCHEMA,
    parsers: equalParsers,
    message: ({ instruction, parent }: MetricRow) => {
      if (!parent) return { status: 'no_parent' as const }
      if (instruction.trim() === '') return { status: 'empty_instruction' as const }
      return { content: renderPrompt(used, { parent: parent.instruction, instruction }) }
    },
  }
  const judged = await judgeRows(rating, settings, rows, tools)
  return judged.map((result, at) => withElimination(rows[at] as MetricRow, result, settings))
}

const PARENT = { instruction: 'Write a short poem about the sea.', input: null }

async function example(fields: Partial<MetricRow>, reply: string) {
  const tools = stubTools({ generate: async () => stubReply({ text: reply }) })
  const row = exampleRow({
    instruction: 'Write a sonnet about the sea.',
    parent: PARENT,
    ...fields,
  })
  const [result] = (await computeBatch?.([row], params.parse({}), tools)) ?? []
  const shown = (key: string) =>
    (result?.values[key] as number | null | undefined) ??
    result?.statuses?.[key] ??
    result?.status ??
    null
  return { equal: shown('equal'), eliminated: shown('eliminated') }
}

const FLAG = { shape: 'enum', dtype: 'f32', unit: '', range: [1, 2], direction: 'none' } as const

/** Whether a row would be thrown away as Evol-Instruct's authors do. */
export const elimination = defineMetric<Params>({
  kind: 'measured',
  id: 'elimination',
  version: 1,
  label: 'Elimination',
  description:
    'Which evolved rows Evol-Instruct would throw away: a judge model finds them equal to their parent, or their texts show that evolving failed.',
  formula:
    'eliminated = equal (the judge model says that row and parent ask for the same) or empty, copy of parent, refusal or leaked template (the rules of evolution health), or a response of nothing but punctuation and stop words, or one that apologises in fewer words than shortReply. No value where the texts show nothing and the judge model gave no verdict.',
  source:
    'Elimination of arXiv 2304.12244, section 3.2 (no gain by the judge model, "sorry" in under 80 words, only punctuation and stop words, words of the prompt); the wording of the prompt, copies and refusals of the instruction are our own',
  scope: 'row',
  ...sendsPrompt(judgeEqual),
  inputs: { response: true, parent: true },
  onDemand: true,
  params,
  outputs: [
    {
      ...FLAG,
      key: 'eliminated',
      label: 'eliminated',
      levels: LEVELS,
      directionMeans: 'A row that the authors would throw away; here it stays where it is.',
      description:
        'Whether the judge model or the texts speak for throwing the row away; the reason is in its details.',
      isChosen: true,
    },
    {
      ...FLAG,
      key: 'equal',
      label: 'equal to parent',
      levels: VERDICTS,
      directionMeans: 'Evolving gained nothing, as the judge model sees it.',
      description: 'Whether the judge model finds that the row asks for the same as its parent.',
    },
  ],
  prompts: ({ promptText }) => [promptUse(withText(judgeEqual, promptText))],
  // As for every judge: this many in flight fill a server and are done within a commit or two.
  batchRows: 16,
  computeBatch,
  examples: (
    [
      ['another task', {}, 'not equal', 1, 1],
      ['equal to its parent', {}, 'Equal.', 2, 2],
      ['a verdict in a sentence', {}, 'They are not equal.', 1, 1],
      ['a denial in other words', {}, "They aren't equal.", 'ambiguous', 'ambiguous'],
      ['no verdict', {}, 'Both are about the sea.', 'unparsed', 'unparsed'],
      ['a copy without a verdict', { instruction: PARENT.instruction }, 'Hm.', 'unparsed', 2],
      ['an empty row', { instruction: ' ' }, '', 'empty_instruction', 2],
      ['a leak', { instruction: '#Rewritten Prompt#: Write.' }, 'not equal', 1, 2],
      ['a refusal', { instruction: 'I’m sorry, but I can’t help with that.' }, 'not equal', 1, 2],
      ['an apology as response', { response: 'Sorry, I do not know.' }, 'not equal', 1, 2],
      ['a long response', { response: `Sorry! ${'Waves roll. '.repeat(40)}` }, 'not equal', 1, 1],
      ['a response of stop words', { response: 'It is. And so...' }, 'not equal', 1, 2],
      ['a response in Chinese', { response: '海浪拍岸。' }, 'not equal', 1, 1],
      ['without a parent', { parent: null }, '', 'no_parent', 'no_parent'],
    ] as const
  ).map(([name, fields, reply, equal, eliminated]) => ({
    name,
    run: () => example(fields, reply),
    expected: { equal, eliminated },
  })),
})
