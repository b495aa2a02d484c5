import { AppError } from '@/lib/errors'
import type { CachedCall, RequestCache } from '../cache-port'
import type { BackendSession, EmbedReply, GenerateReply, GenerateRequest } from '../types'
import { packBatches, sendSplitting } from './batches'
import { cacheKey } from './cache-key'
import { decodeChat, decodeFloats, encodeChat, encodeFloats } from './cache-values'
import { Limiter } from './limiter'
import { DEFAULT_TIMING, withRetry, type RetryTiming } from './retry'

// Where the adaptive limits begin: prompt scores are heavy on a server, the other calls light.
const START_CHAT = 4
const START_SCORE = 2

/** Counts of a session since it was handed out. */
export interface Meter {
  requests: number
  cachedRequests: number
  promptTokens: number
  completionTokens: number
  scoredTokens: number
}

/** A session with cache, retry, splitting and limits around every call, and a count of what was used. */
export interface MeteredSession extends BackendSession {
  readonly backendId: string
  readonly label: string
  readonly meter: Meter
}

/** A backend opened once and handed out to several jobs, which share its limits and cache. */
export interface SharedSession {
  readonly session: BackendSession
  /** Returns a view with a meter of its own; closing a view does nothing. */
  handOut(options?: { cache?: RequestCache }): MeteredSession
  close(): Promise<void>
}

/** What surrounds a session. */
export interface ShareOptions {
  backendId: string
  label: string
  cache: RequestCache
  timing?: RetryTiming
}

interface Around extends ShareOptions {
  session: BackendSession
  meter: Meter
  chat: Limiter
  score: Limiter
}

/** Runs one call under a limiter, with retry; an overload lowers the limit. */
function limited<T>(
  around: Around,
  limiter: Limiter,
  call: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  return withRetry(
    () =>
      limiter.run(async () => {
        around.meter.requests += 1
        return call()
      }, signal),
    {
      signal,
      timing: around.timing ?? DEFAULT_TIMING,
      onOverload: () => limiter.overloaded(),
    },
  )
}

function keyOf(around: Around, call: CachedCall, input: unknown, params: unknown): Buffer {
  const { backendId, session } = around
  return cacheKey({ call, backendId, identity: session.identity, input, params })
}

function generateWith(around: Around) {
  const inFlight = new Map<string, Promise<GenerateReply>>()
  const ask = async (request: GenerateRequest, key: Buffer, signal?: AbortSignal) => {
    const { session, meter } = around
    const send = () => {
      if (!session.generate) throw new AppError('capability_missing', 'This backend cannot chat.')
      return session.generate(request, signal)
    }
    const reply = await limited(around, around.chat, send, signal)
    meter.promptTokens += reply.usage.promptTokens
    meter.completionTokens += reply.usage.completionTokens
    around.cache.put([{ key, call: 'chat', value: encodeChat(reply) }])
    return reply
  }
  return async (request: GenerateRequest, signal?: AbortSignal): Promise<GenerateReply> => {
    const key = keyOf(around, 'chat', request.messages, request.params)
    const stored = around.cache.get([key])[0]
    if (stored) {
      around.meter.cachedRequests += 1
      return decodeChat(stored)
    }
    const name = key.toString('hex')
    const running = inFlight.get(name)
    if (running) return running
    const promise = ask(request, key, signal).finally(() => inFlight.delete(name))
    inFlight.set(name, promise)
    return promise
  }
}

interface ListCall<I, O> {
  call: CachedCall
  inputs: readonly I[]
  params: unknown
  size(input: I): number
  limits: { items: number; size: number }
  send(inputs: I[]): Promise<O[]>
  encode(output: O): Buffer
  decode(value: Buffer): O
  count(inputs: readonly I[]): void
}

/** Answers a list from the cache where it can, sends the distinct rest in batches, and keeps each batch as it arrives. */
async function listCall<I, O>(
  around: Around,
  spec: ListCall<I, O>,
  signal?: AbortSignal,
): Promise<O[]> {
  const keys = spec.inputs.map((input) => keyOf(around, spec.call, input, spec.params))
  const names = keys.map((key) => key.toString('hex'))
  const answers = new Map<string, O>()
  const stored = around.cache.get(keys)
  const pending = new Map<string, number>()
  names.forEach((name, index) => {
    const value = stored[index]
    if (value) {
      around.meter.cachedRequests += 1
      if (!answers.has(name)) answers.set(name, spec.decode(value))
    } else if (!pending.has(name)) pending.set(name, index)
  })
  const todo = [...pending.values()]
  const at = (positions: readonly number[]) => positions.map((position) => todo[position] as number)
  let fatal: unknown
  const send = async (positions: readonly number[]) => {
    const indices = at(positions)
    const inputs = indices.map((index) => spec.inputs[index] as I)
    const call = () => {
      // One failure that concerns every row stops the batches that wait; `cancelled` is not retried.
      if (fatal !== undefined) throw new AppError('cancelled', 'Another batch of the list failed.')
      return spec.send(inputs)
    }
    const outputs = await limited(around, around.score, call, signal)
    spec.count(inputs)
    around.cache.put(
      outputs.map((output, n) => ({
        key: keys[indices[n] as number] as Buffer,
        call: spec.call,
        value: spec.encode(output),
      })),
    )
    outputs.forEach((output, n) => answers.set(names[indices[n] as number] as string, output))
  }
  const sizes = todo.map((index) => spec.size(spec.inputs[index] as I))
  const batches = packBatches(sizes, spec.limits)
  // All batches end before anything is thrown, so that what succeeded is kept.
  const settled = await Promise.allSettled(
    batches.map((batch) =>
      sendSplitting(batch, send).catch((error: unknown) => {
        fatal ??= error
        throw error
      }),
    ),
  )
  if (fatal !== undefined) throw fatal
  for (const outcome of settled) {
    const first = outcome.status === 'fulfilled' ? outcome.value[0] : undefined
    if (first !== undefined) throw first
  }
  return names.map((name) => answers.get(name) as O)
}

function checkScores(sequences: readonly Int32Array[], scores: readonly Float32Array[]): void {
  if (scores.length !== sequences.length) {
    throw new AppError('data_error', 'The backend returned scores for another number of texts.')
  }
  sequences.forEach((ids, n) => {
    const values = scores[n] as Float32Array
    if (values.length !== ids.length) {
      throw new AppError(
        'data_error',
        `${values.length} scores came back for ${ids.length} tokens.`,
      )
    }
    for (let i = 1; i < values.length; i += 1) {
      if (!Number.isFinite(values[i] as number)) {
        throw new AppError('data_error', `Token ${i} of ${values.length} has no finite score.`)
      }
    }
  })
}

function scoreWith(around: Around) {
  const { session, meter } = around
  return (sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> =>
    listCall<Int32Array, Float32Array>(
      around,
      {
        call: 'score',
        inputs: sequences,
        params: null,
        size: (ids) => ids.length,
        limits: { items: session.limits.scoreBatchPrompts, size: session.limits.scoreBatchTokens },
        async send(batch) {
          const scores = (await session.scoreTokens?.(batch, signal)) ?? []
          checkScores(batch, scores)
          return scores
        },
        encode: encodeFloats,
        decode: decodeFloats,
        count(batch) {
          for (const ids of batch) meter.scoredTokens += ids.length
        },
      },
      signal,
    )
}

interface OneVector {
  vector: Float32Array
  truncated: boolean
}

function embedWith(around: Around) {
  const { session, meter } = around
  return async (texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> => {
    const found = await listCall<string, OneVector>(
      around,
      {
        call: 'embed',
        inputs: texts,
        params: null,
        size: (text) => text.length,
        limits: { items: session.limits.embedBatchTexts, size: Infinity },
        async send(batch) {
          const reply = await session.embed?.(batch, signal)
          if (reply?.vectors.length !== batch.length) {
            throw new AppError('data_error', 'The backend returned another number of vectors.')
          }
          return reply.vectors.map((vector, n) => ({
            vector,
            truncated: reply.truncated[n] === true,
          }))
        },
        // The first float says whether the text was cut.
        encode: ({ vector, truncated }) =>
          encodeFloats(Float32Array.of(truncated ? 1 : 0, ...vector)),
        decode(value) {
          const floats = decodeFloats(value)
          return { vector: floats.slice(1), truncated: floats[0] === 1 }
        },
        count(batch) {
          // Embedding servers rarely say; four characters a token is close enough for an estimate.
          for (const text of batch) meter.promptTokens += Math.ceil(text.length / 4)
        },
      },
      signal,
    )
    return {
      vectors: found.map((entry) => entry.vector),
      truncated: found.map((entry) => entry.truncated),
    }
  }
}

/** Wraps an open session for sharing: request cache, retry, splitting of refused batches, adaptive limits. */
export function shareSession(session: BackendSession, options: ShareOptions): SharedSession {
  const { limits } = session
  const chat = new Limiter({ start: START_CHAT, ceiling: limits.chatConcurrency })
  const score = new Limiter({ start: START_SCORE, ceiling: limits.scoreConcurrency })
  return {
    session,
    close: () => session.close(),
    handOut({ cache } = {}) {
      const meter: Meter = {
        requests: 0,
        cachedRequests: 0,
        promptTokens: 0,
        completionTokens: 0,
        scoredTokens: 0,
      }
      const around = { ...options, cache: cache ?? options.cache, session, meter, chat, score }
      const { tokenize, tokenTexts } = session
      return {
        backendId: options.backendId,
        label: options.label,
        identity: session.identity,
        limits,
        meter,
        ...(session.generate ? { generate: generateWith(around) } : {}),
        ...(session.scoreTokens ? { scoreTokens: scoreWith(around) } : {}),
        ...(session.embed ? { embed: embedWith(around) } : {}),
        ...(tokenize ? { tokenize: tokenize.bind(session) } : {}),
        ...(tokenTexts ? { tokenTexts: tokenTexts.bind(session) } : {}),
        close: async () => {
          // The pool owns the connection.
        },
      }
    },
  }
}
