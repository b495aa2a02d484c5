import { afterEach, describe, expect, it } from 'vitest'
import { openai } from '../openai'
import { GREEDY, type BackendEnvironment, type GenerateParams } from '@/lib/backends/types'
import replies from './fixtures/replies.json'
import {
  modelStub,
  startStub,
  type StubReply,
  type StubRequest,
  type StubServer,
} from '@/lib/testing/servers/openai'

let stub: StubServer | undefined

afterEach(async () => {
  await stub?.close()
  stub = undefined
})

const env: BackendEnvironment = {
  cacheDir: '',
  modelsDir: null,
  secret: (name) => (name === 'MY_KEY' ? 'canary' : undefined),
  log: () => undefined,
}

async function start(
  answer: (request: StubRequest) => StubReply | null,
  change: Record<string, unknown> = {},
) {
  stub = await startStub(answer)
  return openai.config.parse({ baseUrl: stub.url, model: 'NAME', ...change })
}

function chat(params: Partial<GenerateParams> = {}) {
  return { messages: [{ role: 'user', content: 'a' } as const], params: { ...GREEDY, ...params } }
}

/** Behaves like the model, except for chat requests after the warm-up, which get this reply. */
function then(reply: StubReply): (request: StubRequest) => StubReply {
  let calls = 0
  return (request) => {
    if (request.path === '/v1/chat/completions') calls += 1
    return calls > 1 ? reply : modelStub(request)
  }
}

describe('chat', () => {
  it('states every sampling parameter', async () => {
    const session = await openai.open(await start(modelStub, { keyEnv: 'MY_KEY' }), env)
    await session.generate?.(
      chat({ temperature: 0.7, topP: 0.9, topK: 5, minP: 0.1, seed: 3, maxTokens: 9, stop: ['x'] }),
    )
    expect(stub?.seen.at(-1)?.body).toEqual({
      model: 'NAME',
      messages: [{ role: 'user', content: 'a' }],
      temperature: 0.7,
      top_p: 0.9,
      top_k: 5,
      min_p: 0.1,
      seed: 3,
      stream: false,
      max_tokens: 9,
      stop: ['x'],
    })
    expect(stub?.seen.at(-1)?.headers.authorization).toBe('Bearer canary')
    await session.close()
  })

  it('reads scores by value, sorted, without clamped entries', async () => {
    const session = await openai.open(await start(then(replies.chat_logprobs)), env)
    const reply = await session.generate?.(chat({ maxTokens: 1, topLogprobs: 3 }))
    expect(reply).toMatchObject({
      text: 'b',
      finishReason: 'length',
      usage: { promptTokens: 8, completionTokens: 1 },
    })
    expect(reply?.tokens?.[0]).toEqual({
      text: 'b',
      id: null,
      logprob: -0.5,
      top: [
        { text: 'b', id: null, logprob: -0.5 },
        { text: 'c', id: null, logprob: -1.5 },
      ],
    })
    await session.close()
  })

  it('takes absent scores for a missing capability', async () => {
    const session = await openai.open(await start(then(replies.chat_logprobs_null)), env)
    await expect(session.generate?.(chat({ topLogprobs: 0 }))).rejects.toMatchObject({
      code: 'capability_missing',
    })
    await session.close()
  })

  it('leaves out parameters that the server refuses, and says so in the identity', async () => {
    const refusing = (request: StubRequest): StubReply => {
      for (const name of ['top_k', 'min_p', 'max_tokens']) {
        if (!(name in request.body)) continue
        return {
          status: 400,
          body: { error: { message: `Unsupported parameter: '${name}'`, param: name } },
        }
      }
      return modelStub(request)
    }
    const session = await openai.open(await start(refusing), env)
    expect(session.identity).toMatchObject({
      model: 'NAME',
      settings: { tokensField: 'max_completion_tokens', droppedParameters: 'min_p,top_k' },
    })
    await session.close()
  })

  it('drops nothing more once the identity is stated', async () => {
    const refusing = (request: StubRequest): StubReply =>
      Number(request.body.min_p) > 0
        ? {
            status: 400,
            body: { error: { message: "Unsupported value: 'min_p'", param: 'min_p' } },
          }
        : modelStub(request)
    const session = await openai.open(await start(refusing), env)
    await expect(session.generate?.(chat({ minP: 0.1 }))).rejects.toMatchObject({
      details: { kind: 'config', parameter: 'min_p' },
    })
    await session.close()
  })

  it('never drops what the meaning of the reply hangs on', async () => {
    const refusing = (request: StubRequest): StubReply =>
      'logprobs' in request.body
        ? {
            status: 400,
            body: { error: { message: "'logprobs' is not supported", param: 'logprobs' } },
          }
        : modelStub(request)
    const session = await openai.open(await start(refusing), env)
    await expect(session.generate?.(chat({ topLogprobs: 2 }))).rejects.toMatchObject({
      code: 'capability_missing',
    })
    await session.close()
  })

  it('refuses hostile replies', async () => {
    const hostile = [
      { raw: '{"choices":[]}' },
      { raw: '[]' },
      { raw: '{"__proto__":{"x":1},"choices":[{"message":{"content":5}}]}' },
      {
        raw: '{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":1e999}]}}]}',
      },
    ]
    for (const reply of hostile) {
      const session = await openai.open(await start(then(reply)), env)
      await expect(session.generate?.(chat({ topLogprobs: 0 }))).rejects.toMatchObject({
        code: 'data_error',
      })
      await session.close()
      await stub?.close()
    }
  })
})

describe('embeddings', () => {
  const config = (answer: (request: StubRequest) => StubReply) =>
    start(answer, { use: 'embeddings' })
  const second = (reply: StubReply) => (request: StubRequest) =>
    ((request.body.input ?? []) as string[]).length > 1 ? reply : modelStub(request)

  it('come back in the order of the texts', async () => {
    const session = await openai.open(await config(second(replies.embeddings)), env)
    const { vectors = [] } = (await session.embed?.(['a', 'b'])) ?? {}
    expect([...(vectors[0] ?? [])].map((x) => x.toFixed(1))).toEqual(['0.6', '0.8'])
    expect(session.identity.settings).toEqual({ dimension: 2, normalised: true })
    await session.close()
  })

  it('may be base64', async () => {
    const base64 = Buffer.from(Float32Array.of(1.5, -2).buffer).toString('base64')
    const body = { data: [0, 1].map((index) => ({ index, embedding: base64 })) }
    const session = await openai.open(await config(second({ body })), env)
    expect([...((await session.embed?.(['a', 'b']))?.vectors[1] ?? [])]).toEqual([1.5, -2])
    await session.close()
  })

  it('are refused when count, index, length or a number is wrong', async () => {
    const item = (index: number, embedding: number[]) => ({ index, embedding })
    for (const data of [
      [item(0, [1, 2])],
      [item(0, [1, 2]), item(0, [1, 2])],
      [item(0, [1, 2]), item(5, [1, 2])],
      [item(0, [1, 2]), item(1, [1])],
      [item(0, []), item(1, [])],
    ]) {
      const session = await openai.open(await config(second({ body: { data } })), env)
      await expect(session.embed?.(['a', 'b'])).rejects.toMatchObject({ code: 'data_error' })
      await session.close()
      await stub?.close()
    }
  })
})

describe('the model', () => {
  it('is the only one there is unless it was named', async () => {
    const session = await openai.open(await start(modelStub, { model: 'default' }), env)
    expect(stub?.seen.at(-1)?.body.model).toBe('NAME')
    await session.close()
    await stub?.close()
    const two = ({ path, ...rest }: StubRequest) =>
      path === '/v1/models'
        ? { body: { data: [{ id: 'a' }, { id: 'b' }] } }
        : modelStub({ path, ...rest })
    const several = await start(two, { model: 'default' })
    await expect(openai.open(several, env)).rejects.toThrow('It offers: a, b.')
  })
})

describe('probe', () => {
  it('finds what a good server can do', async () => {
    const result = await openai.probe(await start(modelStub), env)
    expect(result.capabilities).toMatchObject({
      chat: { state: 'yes' },
      structured: { state: 'yes' },
      outputLogprobs: { state: 'yes' },
      promptLogprobs: { state: 'no' },
      embed: { state: 'no' },
    })
    expect(result.models).toEqual(['NAME'])
    const session = await openai.open(await start(modelStub), env)
    expect(session.identity).toEqual(result.identity)
    await session.close()
  })

  it('is not taken in by features that are accepted and ignored', async () => {
    const ignoring = (request: StubRequest) =>
      modelStub({
        ...request,
        body: { ...request.body, response_format: undefined, logprobs: undefined },
      })
    const result = await openai.probe(await start(ignoring), env)
    expect(result.capabilities.chat.state).toBe('yes')
    expect(result.capabilities.structured.state).toBe('no')
    expect(result.capabilities.outputLogprobs.state).toBe('no')
  })

  it('reports a server that refuses everything without throwing', async () => {
    const result = await openai.probe(
      await start(() => replies.err_unauthorized, { keyEnv: 'ABSENT' }),
      env,
    )
    expect(result.capabilities.chat.state).toBe('no')
    expect(result.steps).toEqual([
      {
        id: 'connect',
        name: 'connect',
        state: 'fail',
        detail: expect.stringContaining('asks for a key'),
      },
    ])
  })

  it('tests embeddings', async () => {
    const good = await openai.probe(await start(modelStub, { use: 'embeddings' }), env)
    expect(good.capabilities.embed.state).toBe('yes')
    const same = (request: StubRequest): StubReply => ({
      body: {
        data:
          (request.body.input as string[] | undefined)?.map((_, index) => ({
            index,
            embedding: [1, 0],
          })) ?? [],
      },
    })
    await stub?.close()
    const bad = await openai.probe(await start(same, { use: 'embeddings' }), env)
    expect(bad.capabilities.embed.state).toBe('no')
  })
})
