import type { GenerateParams, GenerateReply } from '@/lib/backends/types'
import type { StatusName } from '@/lib/contracts/status'
import type { MetricRow, MetricTools, OutputSpec, RowResult } from '../types'
import { askRows, planMessage } from './ask'
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
      description: `Mean of the rating under the probabilities that the judge model gives the digits 1 to ${top}.`,
    },
    {
      ...own,
      key: 'sd',
      label: `${label}, spread`,
      range: [0, (top - 1) / 2],
      direction: 'none',
      directionMeans: 'Larger: the judge model is less sure of its rating.',
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
        'Below 0.5 the judge model would rather reply something else, and there is no rating.',
      description: 'Probability that the digits of the scale hold together.',
      hidden: true,
    },
  ]
}

/** The expected rating over the labels that the model considers. */
interface ExpectedValue {
  status: StatusName
  /** Expected value on 1..S; null when coverage is too low. */
  value: number | null
  /** Standard deviation of the rating; null with the value. */
  sd: number | null
  /** Probability that the labels hold together. */
  coverage: number
}

// Below half the model would rather have said something else, so the rest of its mass decides nothing.
const MIN_COVERAGE = 0.5

/**
 * Returns E = sum s p_s / coverage over the labels 1..S from the alternatives of the first generated token (metric
 * reference, section 3.3): p_s is the sum of exp(logprob) over entries whose trimmed text is the digit s.
 *
 * @internal
 */
export function expectedValue(
  alternatives: readonly { text: string; logprob: number }[],
  labels: number,
): ExpectedValue {
  const p = Array.from({ length: labels }, () => 0)
  for (const { text, logprob } of alternatives) {
    const digit = /^\s*(\d)\s*$/.exec(text)?.[1]
    const s = Number(digit)
    if (digit !== undefined && s >= 1 && s <= labels)
      p[s - 1] = (p[s - 1] as number) + Math.exp(logprob)
  }
  const coverage = p.reduce((sum, value) => sum + value, 0)
  if (coverage < MIN_COVERAGE) return { status: 'low_coverage', value: null, sd: null, coverage }
  const value = p.reduce((sum, share, i) => sum + (i + 1) * share, 0) / coverage
  const variance = p.reduce((sum, share, i) => sum + (i + 1 - value) ** 2 * share, 0) / coverage
  return { status: 'ok', value, sd: Math.sqrt(variance), coverage }
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
    (row) => planMessage(row, rating.message(row), params),
    (row, reply) => readExpected(row, reply, rating.top),
  )
}
