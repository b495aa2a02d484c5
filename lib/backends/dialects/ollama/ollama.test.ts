import { afterEach, describe, expect, it } from 'vitest'
import { ollama } from '../ollama'
import { loadExchange, replaying, type Answer } from '@/lib/testing/recordings/exchange'
import { chatRequest, OpenBackends, TEST_ENVIRONMENT } from '@/lib/testing/compliance/open'
import { ollamaServer } from '@/lib/testing/servers/ollama'

const backends = new OpenBackends()
afterEach(() => backends.close())

const documented = (name: string) => loadExchange('ollama', name)

describe('Ollama', () => {
  it('states everything that its model files could change, and lets nothing be cut', async () => {
    const { session, bodies } = await backends.open(ollama, ollamaServer())
    const jsonSchema = { type: 'object' }
    await session.generate?.(
      chatRequest({
        temperature: 0.7,
        topP: 0.9,
        topK: 5,
        minP: 0.1,
        seed: 3,
        maxTokens: 9,
        stop: ['x'],
        topLogprobs: 2,
        jsonSchema,
      }),
    )
    expect(bodies('/api/chat').at(-1)).toEqual({
      model: 'NAME:latest',
      messages: [{ role: 'user', content: 'a' }],
      stream: false,
      truncate: false,
      shift: false,
      logprobs: true,
      top_logprobs: 2,
      format: jsonSchema,
      options: {
        temperature: 0.7,
        top_p: 0.9,
        top_k: 5,
        min_p: 0.1,
        seed: 3,
        num_predict: 9,
        repeat_penalty: 1,
        presence_penalty: 0,
        frequency_penalty: 0,
        num_ctx: 8192,
        stop: ['x'],
      },
    })
  })

  it('takes the digest for the revision: the same name may be another model tomorrow', async () => {
    const { session } = await backends.open(ollama, ollamaServer(), { contextLength: 4096 })
    expect(session.identity).toMatchObject({
      server: 'Ollama 0.12.11',
      model: 'NAME:latest',
      revision: 'abc123',
      dtype: 'Q4_1',
      contextLength: 4096,
      settings: { numCtx: 4096 },
    })
  })

  it('gives no more context than the model has, and lets it answer without thinking', async () => {
    const change = { contextLength: 32_768 }
    const { session, bodies } = await backends.open(ollama, ollamaServer({ thinks: true }), change)
    expect(session.identity).toMatchObject({
      contextLength: 8192,
      settings: { numCtx: 8192, think: false },
    })
    expect(bodies('/api/chat').at(-1)).toMatchObject({ think: false, options: { num_ctx: 8192 } })
  })

  it('reads the documented scores', async () => {
    const answer = replaying(
      documented('chat_logprobs'),
      ollamaServer(),
      ({ body }) => body.logprobs === true,
    )
    const { session } = await backends.open(ollama, answer)
    const reply = await session.generate?.(chatRequest({ maxTokens: 1, topLogprobs: 2 }))
    expect(reply).toMatchObject({
      text: 'b',
      finishReason: 'length',
      usage: { promptTokens: 8, completionTokens: 1 },
      tokens: [{ text: 'b', logprob: -0.5, top: [{ text: 'b' }, { text: 'c', logprob: -1.5 }] }],
    })
  })

  it('does not believe a reply whose prompt filled the context', async () => {
    let calls = 0
    const filling: Answer = (request) => {
      const reply = ollamaServer()(request)
      if (request.path !== '/api/chat' || (calls += 1) === 1) return reply
      return { body: { ...(reply?.body as object), prompt_eval_count: 8192 } }
    }
    const { session } = await backends.open(ollama, filling)
    await expect(session.generate?.(chatRequest())).rejects.toMatchObject({
      details: { kind: 'row', reason: 'too_long' },
    })
  })

  it('refuses a stream, which is what it sends unless told otherwise', async () => {
    let calls = 0
    const streaming: Answer = (request) => {
      const lines = '{"done":false,"message":{"content":"a"}}\n{"done":true}\n'
      if (request.path !== '/api/chat' || (calls += 1) === 1) return ollamaServer()(request)
      return { raw: lines, headers: { 'content-type': 'application/x-ndjson' } }
    }
    const { session } = await backends.open(ollama, streaming)
    await expect(session.generate?.(chatRequest())).rejects.toMatchObject({ code: 'data_error' })
  })

  it('tells a text that is too long from a model that cannot', async () => {
    const saying = (status: number, error: string) => async () => {
      let calls = 0
      const answer: Answer = (request) => {
        if (request.path !== '/api/embed' || (calls += 1) === 1) return ollamaServer()(request)
        return { status, body: { error } }
      }
      const { session } = await backends.open(ollama, answer, { use: 'embeddings' })
      return session.embed?.(['a']).catch((caught: unknown) => caught)
    }
    const long = 'the input length exceeds the context length'
    for (const status of [400, 500]) {
      expect(await saying(status, long)()).toMatchObject({
        details: { kind: 'row', reason: 'too_long' },
      })
    }
    expect(await saying(400, '"NAME" does not support embeddings')()).toMatchObject({
      code: 'capability_missing',
      details: { kind: 'config' },
    })
  })

  it('embeds in order and without cutting', async () => {
    const answer = replaying(documented('embed'), ollamaServer(), ({ body }) =>
      Array.isArray(body.input) ? body.input.length === 2 : false,
    )
    const { session, bodies } = await backends.open(ollama, answer, { use: 'embeddings' })
    const { vectors = [] } = (await session.embed?.(['a', 'b'])) ?? {}
    expect(vectors.map((vector) => vector[0]?.toFixed(1))).toEqual(['0.6', '0.8'])
    expect(bodies('/api/embed').at(-1)).toMatchObject({ truncate: false })
    await expect(session.embed?.(['a', 'b', 'c'])).resolves.toMatchObject({
      truncated: [false, false, false],
    })
  })

  it('names the models there are when the wanted one is not', async () => {
    const { config } = await backends.serve(ollama, ollamaServer(), { model: 'other' })
    await expect(ollama.open(config, TEST_ENVIRONMENT)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('NAME:latest'),
    })
  })
})
