import type { GenerateParams, GenerateReply } from '@/lib/backends/types'
import type { Prompt } from '@/lib/prompts/prompt'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import type { MetricRow, MetricTools, RowResult } from '../types'
import { askRows } from './ask'
import type { JudgeParams } from './params'
import type { Parsed } from './parsed'

/** What a judge metric settles once for all its rows. */
export interface Judge {
  metric: string
  /** Output key of the rating. */
  key: string
  prompt: Prompt
  maxTokens: number
  /** Schema of a constrained reply, null for a free one. */
  jsonSchema: Record<string, unknown> | null
  /** The parser of the reference script, tried first whatever the mode. */
  parseExact(reply: string): Parsed
  parse(reply: string): Parsed
}

/** How one rating is asked for and read; the parameters of a run choose between the parsers. */
export interface Rating {
  metric: string
  /** Output key of the rating. */
  key: string
  prompt: Prompt
  schema: Record<string, unknown>
  exact(reply: string): Parsed
  tolerant(reply: string): Parsed
  structured(reply: string): Parsed
}

/** Returns the judge that a run's parameters make of a rating. */
export function makeJudge(
  rating: Rating,
  { parse, constrained, maxTokens, promptText }: JudgeParams,
): Judge {
  const free = parse === 'exact' ? rating.exact : rating.tolerant
  return {
    metric: rating.metric,
    key: rating.key,
    prompt: withText(rating.prompt, promptText),
    maxTokens,
    jsonSchema: constrained ? rating.schema : null,
    parseExact: rating.exact,
    parse: constrained ? rating.structured : free,
  }
}

/** Returns the reading of a reply, with the statuses that a reply has as a whole: empty, cut. */
function readReply(judge: Judge, reply: GenerateReply): Parsed {
  if (reply.text.trim() === '') return { value: null, status: 'empty', rule: 'none' }
  const parsed = judge.parse(reply.text)
  if (reply.finishReason !== 'length' || parsed.status === 'ok') return parsed
  // A cut reply may have gone on to another answer, so only an exact one counts.
  return { value: null, status: 'truncated', rule: parsed.rule }
}

/** Returns one rating a row, asked greedily with the instruction only; empty instructions are not asked. */
export async function judgeRows(
  judge: Judge,
  rows: readonly MetricRow[],
  tools: MetricTools,
): Promise<RowResult[]> {
  const params: GenerateParams = {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    seed: 0,
    maxTokens: judge.maxTokens,
    stop: [],
    topLogprobs: null,
    jsonSchema: judge.jsonSchema,
  }
  return askRows(
    judge.metric,
    rows,
    tools,
    ({ index, instruction }) => {
      if (instruction === '') return { result: { index, status: 'empty_instruction', values: {} } }
      const content = renderPrompt(judge.prompt, { instruction })
      return { request: { messages: [{ role: 'user', content }], params } }
    },
    ({ index }, reply) => {
      const { value, status, rule } = readReply(judge, reply)
      const exact = judge.jsonSchema === null ? judge.parseExact(reply.text).value !== null : null
      return {
        index,
        status,
        values: { [judge.key]: value },
        detail: { reply: reply.text, rule, exact, finishReason: reply.finishReason },
      }
    },
  )
}
