import type { Answer } from '../recordings/exchange'
import type { StubReply, StubRequest } from './openai'

// Words that the made-up model takes.
const LIMIT = 64

/** What a made-up reward server does differently. */
export interface RewardOptions {
  /** Route that it has; all others are not found. */
  route?: 'pooling' | 'classify' | 'sglang' | 'rerank'
  /** Numbers that it gives for a text: several are classes or a vector; `tokens` gives one a token. */
  gives?: 'one' | 'two' | 'tokens'
  /** Whether it prefers the worse reply. */
  isReversed?: boolean
}

const OWNERS = { pooling: 'vllm', classify: 'vllm', sglang: 'sglang', rerank: 'llamacpp' }

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? []
}

/** Share of the request's words that the reply has: the made-up model likes replies that stay with the matter. */
function rewardOf(request: string, reply: string): number {
  const own = new Set(wordsOf(reply))
  const asked = wordsOf(request)
  return asked.filter((word) => own.has(word)).length / Math.max(1, asked.length)
}

interface Told {
  request: string
  reply: string
}

/** The conversation as each route is told it; text is parted where the made-up template parts it. */
function told({ body }: StubRequest): Told {
  const { messages, query, documents } = body as {
    messages?: { content: string }[]
    query?: string
    documents?: string[]
  }
  if (messages) return { request: messages[0]?.content ?? '', reply: messages[1]?.content ?? '' }
  if (query !== undefined) return { request: query, reply: documents?.[0] ?? '' }
  const text = String(body['input'] ?? (body['text'] as string[])[0])
  const [request = '', reply = ''] = text.split('<|reply|>')
  return { request, reply }
}

/** Returns a server of a made-up reward model in the shape of vLLM (pooling, classify), SGLang or llama-server. */
export function rewardServer(options: RewardOptions = {}): Answer {
  const { route = 'pooling', gives = 'one', isReversed = false } = options
  const path = {
    pooling: '/pooling',
    classify: '/classify',
    sglang: '/classify',
    rerank: '/v1/rerank',
  }
  const numbers = (value: number) => (gives === 'two' ? [value, 1 - value] : [value])
  const replies: Record<NonNullable<RewardOptions['route']>, (value: number) => unknown> = {
    pooling: (value) => ({
      object: 'list',
      data: [
        {
          index: 0,
          object: 'pooling',
          data: gives === 'tokens' ? [[9], [8], [value]] : numbers(value),
        },
      ],
    }),
    classify: (value) => ({
      object: 'list',
      data: [
        { index: 0, label: 'LABEL_0', probs: numbers(value), num_classes: numbers(value).length },
      ],
    }),
    sglang: (value) => [{ embedding: numbers(value), meta_info: { prompt_tokens: 3 } }],
    rerank: (value) => ({ model: 'NAME', results: [{ index: 0, relevance_score: value }] }),
  }
  return (request): StubReply => {
    if (request.path === '/v1/models') {
      const entry = { id: 'NAME', object: 'model', owned_by: OWNERS[route], max_model_len: LIMIT }
      return { body: { object: 'list', data: [entry] } }
    }
    if (OWNERS[route] === 'vllm') {
      if (request.path === '/version') return { body: { version: '0.32.0' } }
      if (request.path === '/openapi.json') return { body: { paths: { [path[route]]: {} } } }
    }
    if (request.path !== path[route]) return { status: 404, body: { detail: 'Not Found' } }
    const { request: asked, reply } = told(request)
    const words = wordsOf(`${asked} ${reply}`).length
    if (words > LIMIT) {
      const message = `This model's maximum context length is ${LIMIT} tokens. However, your prompt contains ${words} tokens.`
      return { status: 400, body: { error: { message, code: 400 } } }
    }
    const value = rewardOf(asked, reply)
    return { body: replies[route](isReversed ? -value : value) }
  }
}
