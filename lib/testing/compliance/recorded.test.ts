import { afterEach, describe, expect, it } from 'vitest'
import { httpError } from '@/lib/backends/http/errors'
import { infinity } from '@/lib/backends/dialects/infinity'
import { llamaServer } from '@/lib/backends/dialects/llama-server'
import { classifyLlamaServer } from '@/lib/backends/dialects/llama-server/session'
import { lmStudio } from '@/lib/backends/dialects/lm-studio'
import { ollama } from '@/lib/backends/dialects/ollama'
import { openai } from '@/lib/backends/dialects/openai'
import { readVectors } from '@/lib/backends/dialects/openai/embeddings'
import { modelStub } from '../servers/openai'
import { BigramModel } from '../servers/bigram'
import { loadExchange, replaying, type Answer } from '../recordings/exchange'
import { chatRequest, OpenBackends } from './open'
import { infinityServer, poolingServer } from '../servers/embeddings'
import { llamaServer as llama } from '../servers/llama-server'
import { ollamaServer } from '../servers/ollama'

const backends = new OpenBackends()
afterEach(() => backends.close())

const wantsScores = ({ body }: { body: Record<string, unknown> }) => body.logprobs === true
const rounded = (vectors: readonly Float32Array[] = []) =>
  vectors.map((vector) => [...vector].map((value) => Number(value.toFixed(6))))

/** Returns a server that gives these recorded or documented replies on their routes. */
function told(folder: string, names: readonly string[], otherwise: Answer): Answer {
  return names.reduce((rest, name) => replaying(loadExchange(folder, name), rest), otherwise)
}

// Recorded and documented replies that the suites of the dialects do not meet otherwise.
describe('recorded descriptions', () => {
  it('of vLLM with a pooling model hold its limit', async () => {
    const answer = told('vllm-pooling', ['models'], poolingServer())
    const change = { model: 'all-MiniLM-L6-v2', use: 'embeddings' }
    const { session } = await backends.open(openai, answer, change)
    expect(session.identity).toMatchObject({ contextLength: 256, server: 'vLLM 0.32.0' })
  })

  it('of Ollama hold version, digest and quantisation', async () => {
    const answer = told('ollama', ['tags', 'version'], ollamaServer())
    const { session } = await backends.open(ollama, answer)
    expect(session.identity).toMatchObject({
      server: 'Ollama 0.12.11',
      model: 'NAME:latest',
      revision: '<sha256>',
      dtype: 'Q4_1',
    })
  })

  it('of Infinity and LM Studio name their models', async () => {
    const inf = told('infinity', ['models'], infinityServer())
    const one = await backends.open(infinity, inf, { model: 'org/model' })
    expect(one.session.identity).toMatchObject({
      model: 'org/model',
      settings: { engine: 'torch' },
    })
    const studio = told('lm-studio', ['models'], modelStub)
    const two = await backends.open(lmStudio, studio, { model: 'default' })
    expect(two.session.identity).toMatchObject({ kind: 'lm-studio', model: 'NAME' })
  })

  it('of LM Studio hold quantisation and loaded context where it has its own list', async () => {
    const entry = { id: 'NAME', quantization: 'Q4_K_M', loaded_context_length: 4096 }
    const answer: Answer = (request) =>
      request.path === '/api/v0/models' ? { body: { data: [entry] } } : modelStub(request)
    const { session } = await backends.open(lmStudio, answer)
    expect(session.identity).toMatchObject({ dtype: 'Q4_K_M', contextLength: 4096 })
  })
})

describe('recorded replies', () => {
  it('of OpenAI give scores', async () => {
    const answer = replaying(loadExchange('openai', 'chat_logprobs'), modelStub, wantsScores)
    const { session } = await backends.open(openai, answer)
    const reply = await session.generate?.(chatRequest({ maxTokens: 1, topLogprobs: 2 }))
    expect(reply?.tokens).toMatchObject([{ text: 'b', logprob: -0.5, top: [{}, { text: 'c' }] }])
  })

  it('of Ollama follow a schema', async () => {
    const schema = { type: 'object', properties: { difficulty: { type: 'string' } } }
    const answer = replaying(
      loadExchange('ollama', 'chat_schema'),
      ollamaServer(),
      ({ body }) => body.format !== undefined,
    )
    const { session, bodies } = await backends.open(ollama, answer)
    const reply = await session.generate?.(chatRequest({ jsonSchema: schema }))
    expect(JSON.parse(reply?.text ?? '')).toEqual({ difficulty: 'easy' })
    expect(bodies('/api/chat').at(-1)?.format).toEqual(schema)
  })

  it('of llama-server under a schema keep the raw scores, which the schema did not move', async () => {
    const answer = replaying(
      loadExchange('llama-server', 'chat_schema_logprobs_raw'),
      llama(new BigramModel(false)),
      wantsScores,
    )
    const { session } = await backends.open(llamaServer, answer)
    const params = { maxTokens: 12, topLogprobs: 3, jsonSchema: { type: 'string' } }
    const [first] = (await session.generate?.(chatRequest(params)))?.tokens ?? []
    expect(first).toMatchObject({ text: '"', id: 18, logprob: -5.82682466506958 })
    expect(first?.top).toHaveLength(3)
    expect(first?.top.some(({ id }) => id === 18)).toBe(false)
  })

  it('of embedding routes are vectors in order, as numbers and as base64', () => {
    const vectors = (folder: string, name: string, count: number) =>
      rounded(readVectors(loadExchange(folder, name).response, count))
    for (const folder of ['openai', 'infinity']) {
      expect(vectors(folder, 'embeddings', 2)).toEqual([
        [0.6, 0.8],
        [0.8, 0.6],
      ])
    }
    expect(vectors('tei', 'v1_embeddings', 2)[1]).toEqual([0.8, 0.6])
    expect(vectors('llama-server', 'embeddings', 2).map((list) => list.length)).toEqual([8, 8])
    expect(vectors('llama-server', 'embeddings_base64', 1)[0]).toHaveLength(12)
    expect(() => vectors('llama-server', 'embeddings', 3)).toThrow('2 vectors came back for 3')
  })

  it('of features that are switched off are missing capabilities', () => {
    const judged = (folder: string, name: string) => {
      const { status, response } = loadExchange(folder, name)
      return httpError(status, {}, JSON.stringify(response), false, classifyLlamaServer)
    }
    for (const [folder, name] of [
      ['llama-server', 'embeddings_not_enabled'],
      ['vllm-pooling', 'completions_not_served'],
    ] as const) {
      expect(judged(folder, name)).toMatchObject({
        code: 'capability_missing',
        details: { kind: 'config', reason: 'not_offered' },
      })
    }
  })

  it('of a tokenizer with pieces are not taken for ids', async () => {
    const answer = replaying(
      loadExchange('llama-server', 'tokenize'),
      llama(new BigramModel(false)),
      ({ body }) => body.content !== 'a b',
    )
    const { session } = await backends.open(llamaServer, answer)
    await expect(session.tokenize?.(['Name three'], false)).rejects.toMatchObject({
      code: 'data_error',
    })
  })
})
