import { emptyMeter, type Meter } from '@/lib/contracts/meter'
import type { RequestCache } from '../cache-port'
import type { EndpointPool } from '../pool/endpoint-pool'
import { poolOf } from '../pool/open-pool'
import type { BackendSession, EmbedReply, GenerateReply, GenerateRequest } from '../types'
import { cacheKeyer, type CacheKeyer } from './cache-key'
import { decodeChat, decodeFloats, encodeChat, encodeFloats } from './cache-values'
import { chatOnce, embedOnce, scoreOnce } from './checked-calls'
import { SYSTEM_CLOCK, type Clock } from './clock'
import { InFlight } from './in-flight'
import { listCall } from './list-call'
import { DEFAULT_TIMING, type RetryTiming } from './retry'
import { ask, type Load, type RequestErrors, type View } from './view'

export type { Meter } from '@/lib/contracts/meter'

/** A session with cache, retry, splitting and limits around every call, and a count of what was used. */
export interface MeteredSession extends BackendSession {
  readonly backendId: string
  readonly label: string
  /** Counts since the session was handed out. */
  readonly meter: Meter
  readonly load: Load
  readonly requestErrors: RequestErrors
}

/** What one job brings of its own. */
export interface HandOutOptions {
  /** Takes the place of the shared cache, for measurements. */
  cache?: RequestCache
  /** Called before each request; what it throws (a budget is used up) is thrown instead of sending. */
  guard?: () => void
}

/** A backend opened once and handed out to several jobs, which share its limits and cache. */
export interface SharedSession {
  readonly pool: EndpointPool
  /** Returns a view with a meter of its own; closing a view does nothing. */
  handOut(options?: HandOutOptions): MeteredSession
  close(): Promise<void>
}

/** What surrounds a backend. */
interface ShareOptions {
  backendId: string
  label: string
  cache: RequestCache
  timing?: RetryTiming
  clock?: Clock
}

interface OneVector {
  vector: Float32Array
  truncated: boolean
}

/** What all views of a backend share: keys, and the prompts that are being asked for. */
interface Common {
  keys: { chat: CacheKeyer; score: CacheKeyer; embed: CacheKeyer }
  chats: InFlight<GenerateReply>
  scores: InFlight<Float32Array>
  vectors: InFlight<OneVector>
}

function generateWith(view: View, { keys, chats }: Common) {
  const send = async (request: GenerateRequest, key: Buffer, signal?: AbortSignal) => {
    const reply = await ask(
      view,
      { kind: 'chat', inputs: 1, weight: 1 },
      async (session, endpoint) => {
        const made = await chatOnce(session, request, signal)
        endpoint.checkModel(made.model)
        return made
      },
      signal,
    )
    view.meter.promptTokens += reply.usage.promptTokens
    view.meter.completionTokens += reply.usage.completionTokens
    view.cache.put([{ key, call: 'chat', value: encodeChat(reply) }])
    return reply
  }
  return async (request: GenerateRequest, signal?: AbortSignal): Promise<GenerateReply> => {
    const key = keys.chat(request.messages, request.params)
    const name = key.toString('hex')
    for (;;) {
      const stored = view.cache.get([key])[0]
      if (stored) {
        view.meter.cachedRequests += 1
        return decodeChat(stored)
      }
      if (chats.begin(name)) break
      const others = await chats.wait(name, signal)
      if (others !== null) {
        view.meter.cachedRequests += 1
        return others
      }
    }
    try {
      const reply = await send(request, key, signal)
      chats.done(name, reply)
      return reply
    } catch (error) {
      chats.failed(name, error)
      throw error
    }
  }
}

function scoreWith(view: View, { keys, scores }: Common) {
  const { limits } = view.pool.parts
  const { meter } = view
  return (sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> =>
    listCall<Int32Array, Float32Array>(
      view,
      {
        call: 'score',
        keyOf: keys.score,
        inFlight: scores,
        size: (ids) => ids.length,
        limits: { items: limits.scoreBatchPrompts, size: limits.scoreBatchTokens },
        send: (session, batch) => scoreOnce(session, batch, signal),
        sample: (ids) => (ids.length > 1 ? ids.slice(0, 2) : null),
        encode: encodeFloats,
        decode: decodeFloats,
        count(batch) {
          for (const ids of batch) meter.scoredTokens += ids.length
        },
      },
      sequences,
      signal,
    )
}

function embedWith(view: View, { keys, vectors }: Common) {
  const { limits } = view.pool.parts
  const { meter } = view
  return async (texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> => {
    const found = await listCall<string, OneVector>(
      view,
      {
        call: 'embed',
        keyOf: keys.embed,
        inFlight: vectors,
        size: (text) => text.length,
        limits: { items: limits.embedBatchTexts, size: Infinity },
        async send(session, batch) {
          const reply = await embedOnce(session, batch, signal)
          return reply.vectors.map((vector, n) => ({
            vector,
            truncated: reply.truncated[n] === true,
          }))
        },
        // The first float says whether the text was cut.
        encode({ vector, truncated }) {
          const floats = new Float32Array(vector.length + 1)
          floats[0] = truncated ? 1 : 0
          floats.set(vector, 1)
          return encodeFloats(floats)
        },
        decode(value) {
          const floats = decodeFloats(value)
          return { vector: floats.slice(1), truncated: floats[0] === 1 }
        },
        count(batch) {
          // Embedding servers rarely say; four characters a token is close enough for an estimate.
          for (const text of batch) meter.embeddedTokens += Math.ceil(text.length / 4)
        },
      },
      texts,
      signal,
    )
    return {
      vectors: found.map((entry) => entry.vector),
      truncated: found.map((entry) => entry.truncated),
    }
  }
}

/** Tokenising is limited and repeated like any call, but not cached: asking again is as cheap as looking up. */
function tokenizeWith(view: View): Partial<BackendSession> {
  const { tokenize, tokenTexts, chatIds } = view.pool.parts.shape
  const request = (inputs: number) => ({ kind: 'tokenize', inputs: 1, weight: inputs }) as const
  return {
    ...(tokenize
      ? {
          tokenize: (texts, addSpecial, signal) =>
            ask(
              view,
              request(texts.length),
              (session) => session.tokenize?.(texts, addSpecial, signal) ?? [],
              signal,
            ),
        }
      : {}),
    ...(tokenTexts
      ? {
          tokenTexts: (ids, signal) =>
            ask(view, request(1), (session) => session.tokenTexts?.(ids, signal) ?? [], signal),
        }
      : {}),
    ...(chatIds
      ? {
          chatIds: (conversations, open, signal) =>
            ask(
              view,
              request(conversations.length),
              (session) => session.chatIds?.(conversations, open, signal) ?? [],
              signal,
            ),
        }
      : {}),
  }
}

/** Wraps an open pool for sharing: request cache, retry, splitting of refused batches, adaptive limits. */
export function sharePool(pool: EndpointPool, options: ShareOptions): SharedSession {
  const { backendId, label, timing = DEFAULT_TIMING, clock = SYSTEM_CLOCK } = options
  const { identity, limits, shape } = pool.parts
  const subject = { backendId, identity }
  const common: Common = {
    keys: {
      chat: cacheKeyer({ ...subject, call: 'chat' }),
      score: cacheKeyer({ ...subject, call: 'score' }),
      embed: cacheKeyer({ ...subject, call: 'embed' }),
    },
    chats: new InFlight(),
    scores: new InFlight(),
    vectors: new InFlight(),
  }
  return {
    pool,
    close: () => pool.close(),
    handOut({ cache = options.cache, guard } = {}) {
      const meter = emptyMeter()
      const load: Load = { inFlight: 0, waiting: 0 }
      const requestErrors: RequestErrors = {}
      const guilty = new Map<string, unknown>()
      const view: View = { pool, cache, meter, load, requestErrors, guard, guilty, timing, clock }
      return {
        backendId,
        label,
        identity,
        limits,
        meter,
        load,
        requestErrors,
        ...(shape.generate ? { generate: generateWith(view, common) } : {}),
        ...(shape.scoreTokens ? { scoreTokens: scoreWith(view, common) } : {}),
        ...(shape.embed ? { embed: embedWith(view, common) } : {}),
        ...tokenizeWith(view),
        close: async () => {
          // The pool owns the connections.
        },
      }
    },
  }
}

/** Shares one session that is open already; see `sharePool`. */
export function shareSession(session: BackendSession, options: ShareOptions): SharedSession {
  const { backendId, clock } = options
  return sharePool(poolOf(session, { backendId, ...(clock ? { clock } : {}) }), options)
}
