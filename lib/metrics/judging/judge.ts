import type { GenerateParams, GenerateReply } from '@/lib/backends/types'
import { GREEDY } from '@/lib/backends/types'
import type { CodedValue } from '@/lib/contracts/column-kinds'
import type { StatusName } from '@/lib/contracts/status'
import type { MetricRow, MetricTools, RowResult } from '../types'
import { askRows, planMessage } from './ask'
import type { ReplyParsers } from './label-parser'
import type { JudgeParams } from './params'
import type { Parsed } from './parsed'

/** How one rating is asked for and read; the parameters of a run choose between the parsers. */
interface Rating<V> {
  metric: string
  /** Output key of what is read. */
  key: string
  schema: Record<string, unknown>
  parsers: ReplyParsers<V>
  /** Whether a reply that was cut is no answer even where it can be read, as half a text is none. */
  isOpenEnded?: boolean
  /** Returns the one user message about a row, or the status that needs no request. */
  message(row: MetricRow): { content: string } | { status: StatusName }
}

/** Returns the JSON schema of a reply that holds one value under a key, and nothing else. */
export function replySchema(key: string, value: Record<string, unknown>): Record<string, unknown> {
  return {
    type: 'object',
    properties: { [key]: value },
    required: [key],
    additionalProperties: false,
  }
}

type Settings = Pick<JudgeParams, 'parse' | 'constrained' | 'maxTokens' | 'temperature' | 'repeat'>

/** Returns the sampling of a judge: greedy at temperature 0; the number of the repetition is the seed. */
export function judgeSampling({
  temperature,
  repeat,
}: Pick<Settings, 'temperature' | 'repeat'>): GenerateParams {
  return { ...GREEDY, temperature, seed: repeat }
}

/** Returns the reading of a reply, with the statuses that a reply has as a whole: empty, cut. */
function readReply<V>(
  parse: (text: string) => Parsed<V>,
  reply: GenerateReply,
  isOpenEnded: boolean,
): Parsed<V> {
  if (reply.text.trim() === '') return { value: null, status: 'empty', rule: 'none' }
  const parsed = parse(reply.text)
  if (reply.finishReason !== 'length' || (parsed.status === 'ok' && !isOpenEnded)) return parsed
  // A cut reply may have gone on to another answer, so only an exact one counts.
  return { value: null, status: 'truncated', rule: parsed.rule }
}

/** Returns one answer a row. Rows that need no request are not asked. */
export async function judgeRows<V extends number | CodedValue>(
  { metric, key, schema, parsers, isOpenEnded = false, message }: Rating<V>,
  settings: Settings,
  rows: readonly MetricRow[],
  tools: MetricTools,
): Promise<RowResult[]> {
  // `auto` is settled before a run begins; where it was not, a free reply is what any backend can give.
  const isConstrained = settings.constrained === 'always'
  const free = settings.parse === 'exact' ? parsers.exact : parsers.tolerant
  const params: GenerateParams = {
    ...judgeSampling(settings),
    maxTokens: settings.maxTokens,
    jsonSchema: isConstrained ? schema : null,
  }
  return askRows(
    metric,
    rows,
    tools,
    (row) => planMessage(row, message(row), params),
    ({ index }, reply) => {
      const parse = isConstrained ? parsers.structured : free
      const { value, status, rule } = readReply<V>(parse, reply, isOpenEnded)
      const exact = isConstrained ? null : parsers.exact(reply.text).value !== null
      return {
        index,
        status,
        ...(value === null || typeof value === 'number'
          ? { values: { [key]: value } }
          : { values: {}, coded: { [key]: value } }),
        detail: { reply: reply.text, rule, exact, finishReason: reply.finishReason },
      }
    },
  )
}
