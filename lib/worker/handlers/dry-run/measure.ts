import type { GenerateReply, GenerateRequest } from '@/lib/backends/types'
import { tokensOf } from '@/lib/contracts/meter'
import type { CheckTools } from '@/lib/evolution'
import type { MeasuredMetric, MetricRow } from '@/lib/metrics/types'
import { computeSafely } from '../compute/row-scope'
import { metricTools } from '../compute/tools'
import type { MeteredSession } from '@/lib/worker/types'

// Several batches, so that the spread between them can be seen; small ones first, because a slow backend may get no further.
const BATCH_SIZES = [1, 2, 3, 4, 10]
// What needs no backend takes microseconds a row: batches must be large enough for the clock, and the first ones warm the code up.
const OWN_BATCH_SIZES = [200, 200, 200, 200, 200]
// Per metric: a person waits for the estimate.
const BUDGET_MS = 8_000

/** Returns how many rows the sample of a metric has: with a backend they cost seconds and money. */
export function sampleSize(session: MeteredSession | null): number {
  return (session ? BATCH_SIZES : OWN_BATCH_SIZES).reduce((sum, size) => sum + size, 0)
}

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
  checks: CheckTools | null = null,
): Promise<Measured> {
  const measured: Measured = { batches: [], exchanges: [] }
  const around = session && watched(session, measured.exchanges)
  const tools = metricTools(around, signal, () => undefined, checks)
  const timed = async (part: readonly MetricRow[], work: () => Promise<unknown>) => {
    const before = tokensOf(session?.meter ?? {})
    const start = performance.now()
    await work()
    const seconds = (performance.now() - start) / 1000
    const tokens = tokensOf(session?.meter ?? {}) - before
    measured.batches.push({ rows: part.length, seconds, tokens })
  }
  const { computeCell } = metric
  const end = performance.now() + BUDGET_MS
  let at = 0
  for (const size of session ? BATCH_SIZES : OWN_BATCH_SIZES) {
    const part = computeCell ? rows : rows.slice(at, at + size)
    if (part.length === 0 || performance.now() > end) break
    await timed(part, () =>
      computeCell ? computeCell(part, params, tools) : computeSafely(metric, part, params, tools),
    )
    // The backend would answer the same rows from what it was asked a moment ago.
    if (computeCell && session) break
    at += size
  }
  return measured
}
