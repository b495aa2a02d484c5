import type { RequestCache } from '@/lib/backends/session/cache-port'
import { shareSession } from '@/lib/backends/session/metered'
import type { BackendSession, GenerateReply } from '@/lib/backends/types'
import { addMeters, emptyMeter, type Meter } from '@/lib/contracts/meter'
import { throwIfAborted } from '@/lib/errors'
import type { MeasuredMetric, MetricRow } from '@/lib/metrics/types'
import { computeSafely } from '../compute/row-scope'
import { metricTools } from '../compute/tools'
import type { MeteredSession } from '@/lib/worker/types'
import { requestText, type Exchange } from './measure'

// A person waits; a tokenizer behind HTTP gets through some hundred rows in this time.
const BUDGET_MS = 5_000
// A line through fewer prompts says more about them than about the rest.
const LINE_POINTS = 8
// Length of the made-up vectors: metrics only need them to differ.
const VECTOR = 8

/** What rows would send, counted without sending it. */
export interface Counted {
  rows: number
  meter: Meter
}

/** Size of a prompt's text, in tokens where a tokenizer is there, else in characters. */
interface Ruler {
  unit: 'tokens' | 'characters'
  sizes(texts: readonly string[], signal?: AbortSignal): Promise<number[]>
}

/** One exchange by size. */
export interface Sized {
  size: number
  promptTokens: number
  completionTokens: number
}

/** Lengths of replies as the sample showed them. */
interface ReplyLengths {
  promptTokens(size: number): number
  completionTokens: number
}

function rulerOf({ tokenize }: MeteredSession): Ruler {
  if (!tokenize) {
    return { unit: 'characters', sizes: async (texts) => texts.map((text) => text.length) }
  }
  return {
    unit: 'tokens',
    async sizes(texts, signal) {
      const ids = await tokenize(texts, false, signal)
      return ids.map((list) => list.length)
    },
  }
}

/**
 * Returns how prompt tokens follow from the size of a prompt's text. In tokens, a chat template adds a constant; in
 * characters, a line is fitted, or tokens are taken to be in proportion where too few prompts were seen for one.
 */
export function replyLengths(sample: readonly Sized[], unit: Ruler['unit']): ReplyLengths {
  const n = sample.length
  const mean = (of: (exchange: Sized) => number) =>
    n === 0 ? 0 : sample.reduce((sum, exchange) => sum + of(exchange), 0) / n
  const x = mean((exchange) => exchange.size)
  const y = mean((exchange) => exchange.promptTokens)
  const spread = mean((exchange) => (exchange.size - x) ** 2)
  const both = mean((exchange) => (exchange.size - x) * (exchange.promptTokens - y))
  const fits = n >= LINE_POINTS && spread > 0
  const slope = unit === 'tokens' ? 1 : fits ? Math.max(0, both / spread) : x > 0 ? y / x : 0
  return {
    promptTokens: (size) => Math.max(1, Math.round(y + slope * (size - x))),
    completionTokens: Math.round(mean((exchange) => exchange.completionTokens)),
  }
}

/** A cache that answers what the stored one has, keeps new entries for itself, and writes nothing. */
function overlay(stored: RequestCache): RequestCache {
  const added = new Map<string, Buffer>()
  return {
    get(keys) {
      const found = stored.get(keys)
      return keys.map((key, i) => added.get(key.toString('latin1')) ?? found[i] ?? null)
    },
    put(entries) {
      for (const { key, value } of entries) added.set(key.toString('latin1'), value)
    },
  }
}

/** A session that sends nothing: its meter shows what would have been sent. Only the tokenizer is the real one. */
async function countingSession(
  session: MeteredSession,
  exchanges: readonly Exchange[],
  stop: AbortSignal,
): Promise<BackendSession> {
  const ruler = rulerOf(session)
  const sizes = await ruler.sizes(
    exchanges.map(({ text }) => text),
    stop,
  )
  const sized = exchanges.map((exchange, i) => ({ ...exchange, size: sizes[i] ?? 0 }))
  const lengths = replyLengths(sized, ruler.unit)
  const last = exchanges.at(-1)?.reply
  const reply: GenerateReply = last ?? {
    text: '',
    finishReason: 'stop',
    usage: { promptTokens: 0, completionTokens: 0 },
    model: '',
    latencyMs: 0,
  }
  let texts = 0
  const { identity, limits, tokenize } = session
  return {
    identity,
    limits,
    ...(session.generate
      ? {
          async generate(request, signal) {
            const [size = 0] = await ruler.sizes([requestText(request)], signal)
            const { completionTokens } = lengths
            return {
              ...reply,
              usage: { promptTokens: lengths.promptTokens(size), completionTokens },
            }
          },
        }
      : {}),
    ...(session.scoreTokens
      ? {
          scoreTokens: async (sequences) =>
            sequences.map((ids) => new Float32Array(ids.length).fill(-1).fill(NaN, 0, 1)),
        }
      : {}),
    ...(session.embed
      ? {
          embed: async (list) => ({
            vectors: list.map(() => {
              texts += 1
              return Float32Array.from({ length: VECTOR }, (_, k) => Math.cos(texts * (k + 1)))
            }),
            truncated: list.map(() => false),
          }),
        }
      : {}),
    ...(session.reward ? { reward: async (pairs) => pairs.map(() => 0) } : {}),
    ...(tokenize
      ? { tokenize: (list, special, signal) => tokenize.call(session, list, special, signal) }
      : {}),
    close: async () => {
      // Nothing was opened.
    },
  }
}

/**
 * Returns what the rows would send beyond what the cache holds: the metric runs on made-up answers, so that every request
 * it would make is counted as it would be sent. Rows are taken in their order until time runs out.
 */
export async function countRequests(
  metric: MeasuredMetric,
  params: unknown,
  session: MeteredSession,
  rows: readonly MetricRow[],
  exchanges: readonly Exchange[],
  stored: RequestCache,
  signal: AbortSignal,
): Promise<Counted> {
  const shared = shareSession(await countingSession(session, exchanges, signal), {
    backendId: session.backendId,
    label: session.label,
    fingerprint: session.fingerprint,
    cache: overlay(stored),
  })
  const counting = shared.handOut()
  const tools = metricTools(counting, signal, () => undefined)
  let done = 0
  if (metric.scope === 'cell') {
    if (metric.computeCell && rows.length > 0) await metric.computeCell(rows, params, tools)
    done = rows.length
  } else {
    const end = performance.now() + BUDGET_MS
    while (done < rows.length && performance.now() < end) {
      throwIfAborted(signal)
      const part = rows.slice(done, done + metric.batchRows)
      await computeSafely(metric, part, params, tools)
      done += part.length
    }
  }
  return { rows: done, meter: addMeters(emptyMeter(), counting.meter) }
}
