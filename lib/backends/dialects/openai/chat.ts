import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { GenerateReply, GenerateRequest, GeneratedToken } from '@/lib/backends/types'
import { Pace, replyBytes } from './limits'
import { readLogprobs } from './logprobs'
import { chatReplySchema, parseReply, type ChatWire } from './wire'

export { WARM_UP_MS } from './limits'

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
  pace: Pace
  /** Once the identity states what was refused, a further refusal is an error: later numbers would be of another kind. */
  settled: boolean
}

/** Returns the dialect before anything was refused. */
export function newDialect(): Dialect {
  return { dropped: new Set(), tokensField: 'max_tokens', pace: new Pace(), settled: false }
}

/** Returns the body of a chat request; every sampling parameter is stated, because servers have defaults of their own. */
function chatBody(
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
function learnRefusal(error: unknown, dialect: Dialect): boolean {
  const name = refusedParameter(error)
  if (name === null) return false
  const needed = REQUIRED[name]
  if (needed) {
    throw new AppError('capability_missing', `The server does not offer ${needed}.`, {
      cause: error,
    })
  }
  if (dialect.settled) return false
  if (name === 'max_tokens' && dialect.tokensField === 'max_tokens') {
    dialect.tokensField = 'max_completion_tokens'
    return true
  }
  if (!['temperature', 'top_p', 'top_k', 'min_p', 'seed'].includes(name)) return false
  if (dialect.dropped.has(name)) return false
  dialect.dropped.add(name)
  return true
}

/** Returns generated tokens with their scores; throws when the server sent none. */
function readTokens(wire: ChatWire, alternatives: number): GeneratedToken[] {
  const content = wire.choices[0]?.logprobs?.content
  if (!content) {
    throw new AppError(
      'capability_missing',
      'The server returned no log-probabilities with its reply.',
    )
  }
  return readLogprobs(content, alternatives)
}

/** Returns why generation ended, in our words. */
export function finishReason(reason: string | null | undefined): GenerateReply['finishReason'] {
  return reason === 'stop' || reason === 'length' ? reason : 'other'
}

/** How a server's chat route differs from OpenAI's. */
export interface ChatVariant {
  /** Returns the finished body as this server wants it. */
  request?(body: Record<string, unknown>, request: GenerateRequest): Record<string, unknown>
  /** Returns the reply in OpenAI's shape; what is not understood is passed on as it is. */
  reply?(json: unknown): unknown
}

/** Returns the chat call of a session; the dialect is shared by its calls and learns from refusals. */
export function chatCall(
  client: HttpClient,
  model: string,
  dialect: Dialect,
  variant: ChatVariant = {},
) {
  return async (
    request: GenerateRequest,
    signal?: AbortSignal,
    timeoutMs?: number,
  ): Promise<GenerateReply> => {
    const body = () => {
      const plain = chatBody(model, request, dialect)
      return variant.request?.(plain, request) ?? plain
    }
    const send = () =>
      client.send({
        method: 'POST',
        path: '/v1/chat/completions',
        body: body(),
        timeoutMs: timeoutMs ?? dialect.pace.timeoutMs(request.params.maxTokens),
        maxBytes: replyBytes(request.params),
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
    const json = variant.reply ? variant.reply(reply.json) : reply.json
    const wire = parseReply(chatReplySchema, json)
    const choice = wire.choices[0] as ChatWire['choices'][number]
    const usage = {
      promptTokens: wire.usage?.prompt_tokens ?? 0,
      completionTokens: wire.usage?.completion_tokens ?? 0,
    }
    dialect.pace.note(usage.completionTokens, reply.latencyMs)
    return {
      text: choice.message.content ?? choice.message.refusal ?? '',
      finishReason: finishReason(choice.finish_reason),
      usage,
      ...(request.params.topLogprobs === null
        ? {}
        : { tokens: readTokens(wire, request.params.topLogprobs) }),
      model: wire.model,
      latencyMs: reply.latencyMs,
    }
  }
}
