import { modelStub, type StubReply, type StubRequest } from './openai'
import { BigramModel } from './bigram'
import type { Answer } from '../recordings/exchange'

// Words that the made-up embedding models take.
const LIMIT = 64
const TEI_BATCH = 4

function words(text: string): number {
  return text.split(/\s+/).filter(Boolean).length
}

function textsOf(body: Record<string, unknown>, field: string): string[] {
  const inputs = body[field]
  return Array.isArray(inputs) ? (inputs as string[]) : [String(inputs)]
}

function vectorsOf(request: StubRequest, texts: string[]): number[][] {
  const reply = modelStub({ ...request, path: '/v1/embeddings', body: { input: texts } }).body
  const { data } = reply as { data: { index: number; embedding: number[] }[] }
  return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
}

/** Returns a server in the shape of text-embeddings-inference; `marks` puts tokens at both ends, as BERT does. */
export function teiServer(marks = true): Answer {
  const model = new BigramModel(!marks)
  const info = {
    model_id: 'NAME',
    model_sha: 'abc123',
    model_dtype: 'float16',
    model_type: { embedding: { pooling: 'mean' } },
    max_concurrent_requests: 512,
    max_input_length: LIMIT,
    max_batch_tokens: 16_384,
    max_client_batch_size: TEI_BATCH,
    auto_truncate: false,
    version: '1.7.1',
  }
  const refused = (status: number, error_type: string): StubReply => ({
    status,
    body: { error: 'refused', error_type },
  })
  return (request) => {
    const { path, body } = request
    if (path === '/info') return { body: info }
    if (path === '/embed') {
      const texts = textsOf(body, 'inputs')
      if (texts.length > TEI_BATCH) return refused(413, 'Validation')
      if (body.truncate !== false || texts.some((text) => words(text) > LIMIT)) {
        return refused(422, 'Validation')
      }
      return { body: vectorsOf(request, texts) }
    }
    if (path === '/tokenize') {
      const special = body.add_special_tokens !== false
      const lists = textsOf(body, 'inputs').map((text) => {
        const ids = model.encode(text, special)
        return marks && special ? [1, ...ids, 2] : ids
      })
      return { body: lists.map((ids) => ids.map((id) => ({ id, text: model.text(id) }))) }
    }
    if (path === '/decode') {
      const lists = body.ids as number[][]
      return { body: lists.map((ids) => ids.map((id) => model.text(id)).join('')) }
    }
    return { status: 404, raw: '' }
  }
}

/** Returns a server in the shape of Infinity: no /v1 in front, and long texts are cut unsaid. */
export function infinityServer(): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/models') {
      const entry = { id: 'NAME', object: 'model', owned_by: 'infinity', backend: 'torch' }
      return { body: { object: 'list', data: [entry] } }
    }
    if (path !== '/embeddings') return { status: 404, body: { detail: 'Not Found' } }
    const cut = textsOf(body, 'input').map((text) => text.split(/\s+/).slice(0, LIMIT).join(' '))
    return modelStub({ ...request, path: '/v1/embeddings', body: { ...body, input: cut } })
  }
}

/** Returns a server in the shape of vLLM with a pooling model. */
export function poolingServer(): Answer {
  return (request) => {
    const { path, body } = request
    if (path === '/version') return { body: { version: '0.32.0' } }
    if (path === '/openapi.json') return { body: { paths: { '/v1/embeddings': {} } } }
    if (path === '/v1/models') {
      const entry = { id: 'NAME', object: 'model', owned_by: 'vllm', max_model_len: LIMIT }
      return { body: { object: 'list', data: [entry] } }
    }
    if (path !== '/v1/embeddings') return { status: 404, body: { detail: 'Not Found' } }
    const long = textsOf(body, 'input').find((text) => words(text) > LIMIT)
    if (long === undefined) return modelStub(request)
    const message = `This model's maximum context length is ${LIMIT} tokens. However, your prompt contains at least ${LIMIT + 1} input tokens.`
    return { status: 400, body: { error: { message, param: 'input_tokens', code: 400 } } }
  }
}
