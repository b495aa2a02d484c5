import { emptyMeter, type Meter } from '@/lib/contracts/meter'
import type { RequestCache } from './cache-port'
import type { EndpointPool } from './endpoint-pool'
import { embeddingMark, scoreMark, type Mark } from './mark'
import { poolOf } from './open-pool'
import type {
  BackendSession,
  EmbedReply,
  GenerateReply,
  GenerateRequest,
  RewardPair,
} from '../types'
import { cacheKeyer, type CacheKeyer } from './cache-key'
import { decodeChat, decodeFloats, encodeChat, encodeFloats } from './cache-values'
import { chatOnce, embedOnce, rewardOnce, scoreOnce } from './checked-calls'
import { SYSTEM_CLOCK, type Clock } from './clock'
import { InFlight } from './in-flight'
import { listCall } from './list-call'
import { failureKind } from './request-error'
import { DEFAULT_TIMING, withRetry, type RetryTiming } from './retry'
import {
  ask,
  storedAnswers,
  noteSharedAnswer,
  type Load,
  type RequestErrors,
  type JobSession,
} from './job-session'

export type { Meter } from '@/lib/contracts/meter'

/** A session with cache, retry, splitting and limits around every call, and a count of what was used. */
export interface MeteredSession extends BackendSession {
  readonly backendId: string
  readonly label: string
  /** Id under which the model behind a server is recognised again; null for a model in this process. */
  readonly fingerprint: string | null
  /**
   * Returns once every reply so far is known to be of this model: its server was asked again after them. Nothing that came
   * from the session may be stored before. Throws the error that pauses or repeats the job when that does not hold.
   */
  confirm(signal?: AbortSignal): Promise<void>
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
  /** Returns a session with a meter of its own; closing it does nothing. */
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

/** What a session that is open already is shared with. */
interface ShareSession extends ShareOptions {
  /** Fingerprint of its model, for the keys of the cache. */
  fingerprint?: string | null
}

interface OneVector {
  vector: Float32Array
  truncated: boolean
}

/** What all jobs of a backend share: keys, and the prompts that are being asked for. */
interface Common {
  keys: { chat: CacheKeyer; score: CacheKeyer; embed: CacheKeyer; reward: CacheKeyer }
  chats: InFlight<GenerateReply>
  scores: InFlight<Float32Array>
  vectors: InFlight<OneVector>
  rewards: InFlight<number>
}

function generateWith(job: JobSession, { keys, chats }: Common) {
  const send = async (request: GenerateRequest, key: Buffer, signal?: AbortSignal) => {
    const reply = await ask(
      job,
      { kind: 'chat', inputs: 1, weight: 1 },
      async (session, endpoint) => {
        const made = await chatOnce(session, request, signal)
        endpoint.checkModel(made.model)
        return made
      },
      signal,
      (made) => [{ key, call: 'chat', value: encodeChat(made) }],
    )
    job.meter.promptTokens += reply.usage.promptTokens
    job.meter.completionTokens += reply.usage.completionTokens
    return reply
  }
  return async (request: GenerateRequest, signal?: AbortSignal): Promise<GenerateReply> => {
    const key = keys.chat(request.messages, request.params)
    const name = key.toString('hex')
    for (;;) {
      const stored = storedAnswers(job, [key])[0]
      if (stored) {
        job.meter.cachedRequests += 1
        return decodeChat(stored)
      }
      if (chats.begin(name)) break
      const others = await chats.wait(name, signal)
      if (others !== null) {
        job.meter.cachedRequests += 1
        noteSharedAnswer(job)
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

/** Sends a list with the fixed question at its end and returns the answers to the list; throws when another model answers. */
async function marked<I, O>(
  mark: Mark<I, O> | null,
  inputs: readonly I[],
  send: (inputs: I[]) => Promise<O[]>,
): Promise<O[]> {
  // A text alone stays alone: its refusal is then its own, and a server that mixes up lists can still answer it.
  if (!mark || inputs.length < 2) return send([...inputs])
  const answers = await send([...inputs, mark.input])
  mark.check(answers[inputs.length] as O)
  return answers.slice(0, inputs.length)
}

function scoreWith(job: JobSession, { keys, scores }: Common) {
  const { limits, answer } = job.pool.parts
  const { meter } = job
  const mark = scoreMark(answer, limits)
  return (sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> =>
    listCall<Int32Array, Float32Array>(
      job,
      {
        call: 'score',
        keyOf: keys.score,
        inFlight: scores,
        size: (ids) => ids.length,
        limits: {
          items: limits.scoreBatchPrompts - (mark ? 1 : 0),
          size: limits.scoreBatchTokens - (mark?.input.length ?? 0),
        },
        send: (session, batch) => marked(mark, batch, (list) => scoreOnce(session, list, signal)),
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

function embedWith(job: JobSession, { keys, vectors }: Common) {
  const { limits, answer } = job.pool.parts
  const { meter } = job
  const mark = embeddingMark(answer, limits)
  const ofVector = mark && {
    input: mark.input,
    check: ({ vector }: OneVector) => mark.check(vector),
  }
  return async (texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> => {
    const found = await listCall<string, OneVector>(
      job,
      {
        call: 'embed',
        keyOf: keys.embed,
        inFlight: vectors,
        size: (text) => text.length,
        limits: { items: limits.embedBatchTexts - (mark ? 1 : 0), size: Infinity },
        send: (session, batch) =>
          marked(ofVector, batch, async (list) => {
            const reply = await embedOnce(session, list, signal)
            return reply.vectors.map((vector, n) => ({
              vector,
              truncated: reply.truncated[n] === true,
            }))
          }),
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

function rewardWith(job: JobSession, { keys, rewards }: Common) {
  const { meter } = job
  return (pairs: readonly RewardPair[], signal?: AbortSignal): Promise<number[]> =>
    listCall<RewardPair, number>(
      job,
      {
        call: 'reward',
        keyOf: keys.reward,
        inFlight: rewards,
        size: ({ request, reply }) => request.length + reply.length,
        // Each pair is a request of its own, so that its refusal is its own.
        limits: { items: 1, size: Infinity },
        send: (session, batch) => rewardOnce(session, batch, signal),
        encode: (reward) => Buffer.from(String(reward)),
        decode: (value) => Number(value.toString()),
        count(batch) {
          // Sent and not written, as embedded texts are; four characters a token, since servers rarely say.
          for (const { request, reply } of batch)
            meter.embeddedTokens += Math.ceil((request.length + reply.length) / 4)
        },
      },
      pairs,
      signal,
    )
}

/** Tokenising is limited and repeated like any call, but not cached: asking again is as cheap as looking up. */
function tokenizeWith(job: JobSession): Partial<BackendSession> {
  const { tokenize, tokenTexts, chatIds } = job.pool.parts.shape
  const asked = <T>(
    weight: number,
    call: (session: BackendSession) => Promise<T> | undefined,
    none: T,
    signal?: AbortSignal,
  ) =>
    ask(
      job,
      { kind: 'tokenize', inputs: 1, weight },
      async (session) => (await call(session)) ?? none,
      signal,
    )
  return {
    ...(tokenize && {
      tokenize: (texts, addSpecial, signal) =>
        asked(texts.length, (one) => one.tokenize?.(texts, addSpecial, signal), [], signal),
    }),
    ...(tokenTexts && {
      tokenTexts: (ids, signal) => asked(1, (one) => one.tokenTexts?.(ids, signal), [], signal),
    }),
    ...(chatIds && {
      chatIds: (conversations, open, signal) =>
        asked(
          conversations.length,
          (one) => one.chatIds?.(conversations, open, signal),
          [],
          signal,
        ),
    }),
  }
}

/** Confirms what a job has read; a server that cannot be asked for the moment is asked again as a request would be. */
async function confirmSession(job: JobSession, signal?: AbortSignal): Promise<void> {
  const { pool, timing, clock } = job
  try {
    await withRetry(() => pool.confirm(job, signal), { signal, timing, clock })
  } catch (error) {
    const kind = failureKind(error)
    if (job.spoiled === null)
      throw kind === 'retry' || kind === 'wait' ? pool.unavailable(error) : error
  }
  pool.throwIfSpoiled(job)
}

/** Wraps an open pool for sharing: request cache, retry, splitting of refused batches, adaptive limits. */
export function sharePool(pool: EndpointPool, options: ShareOptions): SharedSession {
  const { backendId, label, timing = DEFAULT_TIMING, clock = SYSTEM_CLOCK } = options
  const { identity, fingerprint, limits, shape } = pool.parts
  const subject = { backendId, identity, fingerprint }
  const common: Common = {
    keys: {
      chat: cacheKeyer({ ...subject, call: 'chat' }),
      score: cacheKeyer({ ...subject, call: 'score' }),
      embed: cacheKeyer({ ...subject, call: 'embed' }),
      reward: cacheKeyer({ ...subject, call: 'reward' }),
    },
    chats: new InFlight(),
    scores: new InFlight(),
    vectors: new InFlight(),
    rewards: new InFlight(),
  }
  return {
    pool,
    close: () => pool.close(),
    handOut({ cache = options.cache, guard } = {}) {
      const meter = emptyMeter()
      const load: Load = { inFlight: 0, waiting: 0 }
      const requestErrors: RequestErrors = {}
      const failedInputs = new Map<string, unknown>()
      const counts = { meter, load, requestErrors }
      const job: JobSession = {
        pool,
        cache,
        ...counts,
        guard,
        failedInputs,
        timing,
        clock,
        spoiled: null,
      }
      return {
        backendId,
        label,
        fingerprint,
        confirm: (signal) => confirmSession(job, signal),
        identity,
        limits,
        meter,
        load,
        requestErrors,
        ...(shape.generate ? { generate: generateWith(job, common) } : {}),
        ...(shape.scoreTokens ? { scoreTokens: scoreWith(job, common) } : {}),
        ...(shape.embed ? { embed: embedWith(job, common) } : {}),
        ...(shape.reward ? { reward: rewardWith(job, common) } : {}),
        ...tokenizeWith(job),
        close: async () => {
          // The pool owns the connections.
        },
      }
    },
  }
}

/** Shares one session that is open already; see `sharePool`. */
export function shareSession(session: BackendSession, options: ShareSession): SharedSession {
  const { backendId, clock, fingerprint = null } = options
  return sharePool(
    poolOf(session, { backendId, fingerprint, ...(clock ? { clock } : {}) }),
    options,
  )
}
