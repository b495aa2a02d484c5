import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import { finishReason } from '../openai/chat'
import { Pace, replyBytes } from '../openai/limits'
import { readLogprobs } from '../openai/logprobs'
import { parseReply } from '../openai/wire'
import { requestError } from '@/lib/backends/session/request-error'
import type { GenerateReply, GenerateRequest } from '@/lib/backends/types'
import { chatReplySchema } from './wire'

/** What a session asks of its model in every request. */
interface OllamaChat {
  model: string
  numCtx: number | null
  /** Whether it thinks before it answers unless it is told not to: its first tokens would not be the answer's. */
  thinks: boolean
}

/** Returns the body of a chat request: native, because only there the context length can be set. */
function chatBody(
  { model, numCtx, thinks }: OllamaChat,
  { messages, params }: GenerateRequest,
): Record<string, unknown> {
  return {
    model,
    messages,
    ...(thinks ? { think: false } : {}),
    // A stream is the default.
    stream: false,
    // Prompts that do not fit are an error, not a shorter prompt; servers before 0.12 ignore this, see below.
    truncate: false,
    shift: false,
    ...(params.topLogprobs === null ? {} : { logprobs: true, top_logprobs: params.topLogprobs }),
    ...(params.jsonSchema ? { format: params.jsonSchema } : {}),
    options: {
      temperature: params.temperature,
      top_p: params.topP,
      top_k: params.topK,
      min_p: params.minP,
      seed: params.seed,
      num_predict: params.maxTokens,
      // Penalties of the model's own file would change even greedy replies.
      repeat_penalty: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      ...(numCtx === null ? {} : { num_ctx: numCtx }),
      ...(params.stop.length > 0 ? { stop: params.stop } : {}),
    },
  }
}

/** Returns the chat call of a session. */
export function chatCall(client: HttpClient, chat: OllamaChat) {
  const { numCtx } = chat
  const pace = new Pace()
  return async (
    request: GenerateRequest,
    signal?: AbortSignal,
    timeoutMs?: number,
  ): Promise<GenerateReply> => {
    const { params } = request
    const { json, latencyMs } = await client.send({
      method: 'POST',
      path: '/api/chat',
      body: chatBody(chat, request),
      maxBytes: replyBytes(params),
      timeoutMs: timeoutMs ?? pace.timeoutMs(params.maxTokens),
      signal,
    })
    const wire = parseReply(chatReplySchema, json)
    const usage = { promptTokens: wire.prompt_eval_count, completionTokens: wire.eval_count }
    if (numCtx !== null && usage.promptTokens >= numCtx) {
      // A server that does not know "truncate" fills the context with what is left of the prompt.
      throw requestError(
        { kind: 'row', reason: 'too_long', httpStatus: 200 },
        `The prompt fills the context of ${numCtx} tokens and may have been cut. Set a larger contextLength.`,
      )
    }
    pace.note(usage.completionTokens, latencyMs)
    if (params.topLogprobs !== null && !wire.logprobs) {
      throw new AppError(
        'capability_missing',
        'Ollama returned no log-probabilities. They came with version 0.12.11.',
      )
    }
    return {
      text: wire.message.content,
      finishReason: finishReason(wire.done_reason),
      usage,
      ...(params.topLogprobs === null
        ? {}
        : { tokens: readLogprobs(wire.logprobs ?? [], params.topLogprobs) }),
      model: wire.model,
      latencyMs,
    }
  }
}
