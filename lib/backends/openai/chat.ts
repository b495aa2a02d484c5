import { AppError } from '@/lib/errors'
import type { HttpClient } from '../http/client'
import { requestError } from '../shared/request-error'
import type {
  GenerateParams,
  GenerateReply,
  GenerateRequest,
  GeneratedToken,
  TokenLogprob,
} from '../types'
import { chatReplySchema, parseReply, type ChatWire, type TokenWire } from './wire'

// Servers write minus infinity as -9999; such an entry is no value.
const FLOOR = -9998
// Reply sizes by the recorded bytes per token, with room for the envelope.
const ENVELOPE_BYTES = 4_096
const BYTES_PER_TOKEN = 400
// The first call may load the model.
export const WARM_UP_MS = 180_000
const BASE_TIMEOUT_MS = 30_000
const MAX_TIMEOUT_MS = 600_000
// Until replies say otherwise: a slow processor.
const FIRST_TOKENS_PER_SECOND = 10

// Without these a reply means something else than was asked for, so they are never dropped silently.
const REQUIRED: Record<string, string> = {
  logprobs: 'log-probabilities of generated tokens',
  top_logprobs: 'log-probabilities of generated tokens',
  response_format: 'replies that follow a schema',
  stop: 'stop strings',
}

/** What a server turned out not to take; found by its refusals and stated in the model's identity. */
export interface Dialect {
  dropped: Set<string>
  tokensField: 'max_tokens' | 'max_completion_tokens'
  tokensPerSecond: number
}

/** Returns the dialect before anything was refused. */
export function newDialect(): Dialect {
  return { dropped: new Set(), tokensField: 'max_tokens', tokensPerSecond: FIRST_TOKENS_PER_SECOND }
}

/** Returns the body of a chat request; every sampling parameter is stated, because servers have defaults of their own. */
export function chatBody(
  model: string,
  request: GenerateRequest,
  dialect: Dialect,
): Record<string, unknown> {
  const { params } = request
  const body: Record<string, unknown> = {
    model,
    messages: request.messages,
    temperature: params.temperature,
    top_p: params.topP,
    top_k: params.topK,
    min_p: params.minP,
    seed: params.seed,
    stream: false,
    [dialect.tokensField]: params.maxTokens,
  }
  if (params.stop.length > 0) body.stop = params.stop
  if (params.topLogprobs !== null) {
    body.logprobs = true
    body.top_logprobs = params.topLogprobs
  }
  if (params.jsonSchema) {
    body.response_format = {
      type: 'json_schema',
      json_schema: { name: 'reply', strict: true, schema: params.jsonSchema },
    }
  }
  for (const name of dialect.dropped) delete body[name]
  return body
}

function refusedParameter(error: unknown): string | null {
  const name = error instanceof AppError ? error.details?.parameter : undefined
  return typeof name === 'string' ? name : null
}

/** Learns from a refusal; returns whether the request is worth one more try without the parameter. */
export function learnRefusal(error: unknown, dialect: Dialect): boolean {
  const name = refusedParameter(error)
  if (name === null) return false
  const needed = REQUIRED[name]
  if (needed) {
    throw new AppError('capability_missing', `The server does not offer ${needed}.`, {
      cause: error,
    })
  }
  if (name === 'max_tokens' && dialect.tokensField === 'max_tokens') {
    dialect.tokensField = 'max_completion_tokens'
    return true
  }
  if (!['temperature', 'top_p', 'top_k', 'min_p', 'seed'].includes(name)) return false
  if (dialect.dropped.has(name)) return false
  dialect.dropped.add(name)
  return true
}

function tokenLogprob(entry: TokenWire): TokenLogprob {
  return { text: entry.token, id: entry.id ?? null, logprob: Math.min(0, entry.logprob) }
}

/** Returns generated tokens with their scores; throws when a score that was asked for is not there. */
export function readTokens(wire: ChatWire): GeneratedToken[] {
  const content = wire.choices[0]?.logprobs?.content
  if (!content) {
    throw new AppError(
      'capability_missing',
      'The server returned no log-probabilities with its reply.',
    )
  }
  return content.map((entry) => {
    if (!Number.isFinite(entry.logprob) || entry.logprob <= FLOOR) {
      throw requestError(
        { kind: 'data_error', reason: 'floor', httpStatus: 200 },
        'The server clamped the log-probability of a generated token.',
      )
    }
    const top = (entry.top_logprobs ?? [])
      .filter(({ logprob }) => Number.isFinite(logprob) && logprob > FLOOR)
      .map(tokenLogprob)
      .sort((a, b) => b.logprob - a.logprob)
    return { ...tokenLogprob(entry), top }
  })
}

function finishReason(reason: string | null | undefined): GenerateReply['finishReason'] {
  return reason === 'stop' || reason === 'length' ? reason : 'other'
}

function replySize(params: GenerateParams): number {
  return (
    ENVELOPE_BYTES + BYTES_PER_TOKEN * (params.maxTokens + 64) * ((params.topLogprobs ?? 0) + 1)
  )
}

/** Returns the chat call of a session; the dialect is shared by its calls and learns from refusals. */
export function chatCall(client: HttpClient, model: string, dialect: Dialect) {
  return async (
    request: GenerateRequest,
    signal?: AbortSignal,
    timeoutMs?: number,
  ): Promise<GenerateReply> => {
    const expected = (4000 * request.params.maxTokens) / dialect.tokensPerSecond
    const send = () =>
      client.send({
        method: 'POST',
        path: '/v1/chat/completions',
        body: chatBody(model, request, dialect),
        timeoutMs: timeoutMs ?? Math.min(MAX_TIMEOUT_MS, BASE_TIMEOUT_MS + expected),
        maxBytes: replySize(request.params),
        signal,
      })
    let reply = null
    while (reply === null) {
      try {
        reply = await send()
      } catch (error) {
        // Each round drops one parameter for good, so this ends.
        if (!learnRefusal(error, dialect)) throw error
      }
    }
    const wire = parseReply(chatReplySchema, reply.json)
    const choice = wire.choices[0] as ChatWire['choices'][number]
    const usage = {
      promptTokens: wire.usage?.prompt_tokens ?? 0,
      completionTokens: wire.usage?.completion_tokens ?? 0,
    }
    if (usage.completionTokens >= 8 && reply.latencyMs > 0) {
      const measured = (usage.completionTokens * 1000) / reply.latencyMs
      dialect.tokensPerSecond = dialect.tokensPerSecond * 0.8 + measured * 0.2
    }
    return {
      text: choice.message.content ?? choice.message.refusal ?? '',
      finishReason: finishReason(choice.finish_reason),
      usage,
      ...(request.params.topLogprobs === null ? {} : { tokens: readTokens(wire) }),
      model: wire.model,
      latencyMs: reply.latencyMs,
    }
  }
}
