import type { GenerateParams, GenerateReply } from '@/lib/backends/types'
import type { StatusName } from '@/lib/contracts/status'
import type { MetricRow, MetricTools, OutputSpec, RowResult } from '../types'
import { askRows } from './ask'
import { expectedValue } from './expected-value'
import { judgeSampling } from './judge'

/** Highest digit of a scale: two-digit numbers may be two tokens, and then the first says little. */
export const TOP_DIGIT = 9

/** How many alternatives are asked for: what OpenAI and vLLM give at most by default, far more than a scale has digits. */
const ALTERNATIVES = 20

/** Outputs of a rating read from log-probabilities, on a scale of digits 1..top. */
export function expectedOutputs(top: number, label: string, means: string): OutputSpec[] {
  const own = { shape: 'scalar', dtype: 'f64', unit: '' } as const
  return [
    {
      ...own,
      key: 'expected',
      label,
      range: [1, top],
      direction: 'higher',
      directionMeans: means,
      description: `Mean of the rating under the judge's own probabilities of the digits 1 to ${top}.`,
    },
    {
      ...own,
      key: 'sd',
      label: `${label}, spread`,
      range: [0, (top - 1) / 2],
      direction: 'none',
      directionMeans: 'Larger: the judge is less sure of its rating.',
      description: 'Standard deviation of the rating under the same probabilities.',
      hidden: true,
    },
    {
      ...own,
      key: 'coverage',
      label: `${label}, coverage`,
      range: [0, 1],
      direction: 'none',
      directionMeans:
        'Below 0.5 the judge would rather say something else, and there is no rating.',
      description: 'Probability that the digits of the scale hold together.',
      hidden: true,
    },
  ]
}

function readExpected({ index }: MetricRow, reply: GenerateReply, top: number): RowResult {
  const first = reply.tokens?.[0]
  const detail = { reply: reply.text, finishReason: reply.finishReason }
  if (reply.tokens === undefined) return { index, status: 'backend_unsupported', values: {} }
  if (!first) return { index, status: 'empty', values: {}, detail }
  if (first.top.length === 0) {
    const message = 'The backend gives no alternatives of generated tokens.'
    return { index, status: 'backend_unsupported', values: {}, detail: { ...detail, message } }
  }
  const { status, value, sd, coverage } = expectedValue(first.top, top)
  return {
    index,
    status,
    values: { expected: value, sd, coverage },
    // How much the digits hold is known even where it is too little for a rating.
    statuses: { coverage: 'ok' },
    detail: { ...detail, tokens: [first] },
  }
}

/** Returns the expected rating of each row from the alternatives of the first generated token, at temperature 0. */
export async function expectedRows(
  rating: {
    metric: string
    top: number
    repeat: number
    message(row: MetricRow): { content: string } | { status: StatusName }
  },
  rows: readonly MetricRow[],
  tools: MetricTools,
): Promise<RowResult[]> {
  const params: GenerateParams = {
    ...judgeSampling({ temperature: 0, repeat: rating.repeat }),
    maxTokens: 1,
    topLogprobs: ALTERNATIVES,
  }
  return askRows(
    rating.metric,
    rows,
    tools,
    (row) => {
      const asked = rating.message(row)
      if ('status' in asked) {
        return { result: { index: row.index, status: asked.status, values: {} } }
      }
      return { request: { messages: [{ role: 'user', content: asked.content }], params } }
    },
    (row, reply) => readExpected(row, reply, rating.top),
  )
}
