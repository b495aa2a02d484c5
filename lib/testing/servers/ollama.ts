import { modelStub, type StubReply, type StubRequest } from './openai'
import type { Answer } from '../recordings/exchange'

/** What a made-up Ollama server does differently. */
export interface OllamaOptions {
  /** Before 0.12.11: leaves out log-probabilities. */
  old?: boolean
  /** Thinks before it answers. */
  thinks?: boolean
}

interface OpenaiBody {
  choices: {
    message: { content: string }
    finish_reason: string
    logprobs: { content: unknown[] } | null
  }[]
  usage: { prompt_tokens: number; completion_tokens: number }
}

function chat(request: StubRequest, { old = false }: OllamaOptions): StubReply {
  const { body } = request
  if (body.stream !== false) return { raw: '{"done":false}\n{"done":true}' }
  const options = body.options as { num_predict: number }
  const asked = {
    ...body,
    max_tokens: options.num_predict,
    response_format: body.format ? { json_schema: { schema: body.format } } : undefined,
  }
  const reply = modelStub({ ...request, path: '/v1/chat/completions', body: asked }).body
  const { choices, usage } = reply as OpenaiBody
  const [choice] = choices
  return {
    body: {
      model: body.model,
      message: { role: 'assistant', content: choice?.message.content },
      done: true,
      done_reason: choice?.finish_reason,
      prompt_eval_count: usage.prompt_tokens,
      eval_count: usage.completion_tokens,
      ...(choice?.logprobs && !old ? { logprobs: choice.logprobs.content } : {}),
    },
  }
}

/** Returns a server in the shape of Ollama's own routes. */
export function ollamaServer(options: OllamaOptions = {}): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/api/version') return { body: { version: options.old ? '0.11.0' : '0.12.11' } }
    if (path === '/api/tags') {
      const details = { format: 'gguf', quantization_level: 'Q4_1' }
      return { body: { models: [{ name: 'NAME:latest', digest: 'abc123', details }] } }
    }
    if (body.model !== 'NAME:latest') return { status: 404, body: { error: 'model not found' } }
    if (path === '/api/show') {
      const capabilities = options.thinks ? ['completion', 'thinking'] : ['completion']
      return { body: { capabilities, model_info: { 'llama.context_length': 8192 } } }
    }
    if (path === '/api/chat') return chat(request, options)
    if (path === '/api/embed') {
      if (body.truncate !== false) return { status: 400, body: { error: 'would be cut' } }
      const reply = modelStub({ ...request, path: '/v1/embeddings' }).body
      const { data } = reply as { data: { index: number; embedding: number[] }[] }
      const ordered = data.toSorted((a, b) => a.index - b.index)
      return { body: { model: body.model, embeddings: ordered.map(({ embedding }) => embedding) } }
    }
    return { status: 404, body: { error: 'not found' } }
  }
}
