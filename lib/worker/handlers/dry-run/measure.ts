import type { GenerateReply, GenerateRequest } from '@/lib/backends/types'
import { tokensOf } from '@/lib/contracts/meter'
import type { MeasuredMetric, MetricRow } from '@/lib/metrics/types'
import { computeSafely } from '../compute/row-scope'
import { metricTools } from '../compute/tools'
import type { MeteredSession } from '@/lib/worker/types'

// Several batches, so that the spread between them can be seen; small ones first, because a slow backend may get no further.
const BATCH_SIZES = [1, 2, 3, 4, 10]
// Per metric: a person waits for the estimate.
const BUDGET_MS = 8_000

/** One batch that was really computed. */
export interface Timed {
  rows: number
  seconds: number
  tokens: number
}

/** One chat request that was really sent, and the length of its reply. */
export interface Exchange {
  text: string
  promptTokens: number
  completionTokens: number
  reply: GenerateReply
}

/** What computing a few rows showed. */
export interface Measured {
  batches: Timed[]
  exchanges: Exchange[]
}

/** Returns the texts of a request's messages, joined. */
export function requestText({ messages }: GenerateRequest): string {
  return messages.map(({ content }) => content).join('\n')
}

function watched(session: MeteredSession, exchanges: Exchange[]): MeteredSession {
  const { generate } = session
  if (!generate) return session
  const noting: MeteredSession['generate'] = async (request, signal) => {
    const reply = await generate(request, signal)
    const { promptTokens, completionTokens } = reply.usage
    exchanges.push({ text: requestText(request), promptTokens, completionTokens, reply })
    return reply
  }
  return Object.assign(Object.create(session) as MeteredSession, { generate: noting })
}

/** Computes the sample batch by batch, until the rows or the time run out, and returns what each batch took. */
export async function measureRows(
  metric: MeasuredMetric,
  params: unknown,
  session: MeteredSession | null,
  rows: readonly MetricRow[],
  signal: AbortSignal,
): Promise<Measured> {
  const measured: Measured = { batches: [], exchanges: [] }
  const around = session && watched(session, measured.exchanges)
  const tools = metricTools(around, signal, () => undefined)
  const timed = async (part: readonly MetricRow[], work: () => Promise<unknown>) => {
    const before = tokensOf(session?.meter ?? {})
    const start = performance.now()
    await work()
    const seconds = (performance.now() - start) / 1000
    const tokens = tokensOf(session?.meter ?? {}) - before
    measured.batches.push({ rows: part.length, seconds, tokens })
  }
  const { computeCell } = metric
  if (metric.scope === 'cell') {
    if (computeCell && rows.length > 0) await timed(rows, () => computeCell(rows, params, tools))
    return measured
  }
  const end = performance.now() + BUDGET_MS
  let at = 0
  for (const size of BATCH_SIZES) {
    const part = rows.slice(at, at + size)
    if (part.length === 0 || performance.now() > end) break
    await timed(part, () => computeSafely(metric, part, params, tools))
    at += size
  }
  return measured
}
