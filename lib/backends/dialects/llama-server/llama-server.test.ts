import { afterEach, describe, expect, it } from 'vitest'
import { llamaServer } from '../llama-server'
import type { StubRequest } from '@/lib/testing/servers/openai'
import { BigramModel } from '@/lib/testing/servers/bigram'
import { loadExchange, replaying, replyOf, type Answer } from '@/lib/testing/recordings/exchange'
import { chatRequest, OpenBackends, TEST_ENVIRONMENT } from '@/lib/testing/compliance/open'
import { llamaServer as server } from '@/lib/testing/servers/llama-server'

const backends = new OpenBackends()
afterEach(() => backends.close())

const CHAT = '/v1/chat/completions'
const model = new BigramModel(false)
const recorded = (name: string) => loadExchange('llama-server', name)
const healthy = (options = {}) => server(model, options)

/** Answers chat requests that want scores or a schema with a recorded reply, the warm-up as usual. */
function chatting(name: string): Answer {
  return replaying(
    recorded(name),
    healthy(),
    ({ body }) => body.logprobs === true || body.response_format !== undefined,
  )
}

describe('llama-server, chat', () => {
  it('takes the cache for chats and not for scores, and asks for an alternative to get any', async () => {
    const { session, bodies } = await backends.open(llamaServer, healthy())
    const reply = await session.generate?.(chatRequest({ maxTokens: 2, topLogprobs: 0 }))
    await session.generate?.(chatRequest({ maxTokens: 2 }))
    await session.generate?.(chatRequest({ maxTokens: 2, topLogprobs: 5 }))
    expect(bodies(CHAT).slice(1)).toMatchObject([
      { cache_prompt: false, logprobs: true, top_logprobs: 1, max_tokens: 2 },
      { cache_prompt: true, max_tokens: 2 },
      { cache_prompt: false, top_logprobs: 5 },
    ])
    expect(reply?.tokens?.map(({ top }) => top)).toEqual([[], []])
  })

  it('reads recorded scores with their ids', async () => {
    const { session } = await backends.open(llamaServer, chatting('chat_logprobs'))
    const reply = await session.generate?.(chatRequest({ maxTokens: 4, topLogprobs: 2 }))
    expect(reply?.text).toBe('The fruit I mentioned')
    expect(reply?.tokens?.[0]).toEqual({
      text: 'The',
      id: 504,
      logprob: -1.488175392150879,
      top: [
        { text: 'The', id: 504, logprob: -1.488175392150879 },
        { text: 'A', id: 49, logprob: -2.000210762023926 },
      ],
    })
  })

  it('takes the score of a sampled token that is none of the likeliest', async () => {
    const { session } = await backends.open(llamaServer, chatting('chat_temperature_logprobs_raw'))
    const reply = await session.generate?.(chatRequest({ topLogprobs: 2, temperature: 2, seed: 1 }))
    const [first] = reply?.tokens ?? []
    expect(first).toMatchObject({ text: 'You', logprob: -4.479715824127197 })
    expect(first?.top.map(({ text }) => text)).toEqual(['The', 'A'])
  })

  it('leaves room for a code fence around an object, and reports one that was cut', async () => {
    const schema = { type: 'object', properties: { difficulty: { type: 'string' } } }
    const whole = await backends.open(llamaServer, chatting('chat_schema'))
    const reply = await whole.session.generate?.(chatRequest({ maxTokens: 8, jsonSchema: schema }))
    expect(JSON.parse(reply?.text ?? '')).toEqual({ difficulty: 'hard' })
    expect(whole.bodies(CHAT).at(-1)).toMatchObject({ max_tokens: 40 })
    const cut = await backends.open(llamaServer, chatting('chat_schema_cut_short'))
    const half = await cut.session.generate?.(chatRequest({ maxTokens: 4, jsonSchema: schema }))
    expect(half).toMatchObject({ text: '```j', finishReason: 'length' })
  })

  it('runs requests for scores alone on the server', async () => {
    let running = 0
    let isOpen = false
    const together: number[] = []
    const slow = async (request: StubRequest) => {
      const reply = healthy()(request)
      if (request.path !== CHAT) return reply
      running += 1
      together.push(running * (request.body.logprobs ? -1 : 1))
      // The first two meet, however long the second is on its way.
      do await new Promise((resolve) => setTimeout(resolve, 10))
      while (isOpen && together.length < 2)
      running -= 1
      return reply
    }
    const { session } = await backends.open(llamaServer, slow)
    together.length = 0
    isOpen = true
    const ask = (topLogprobs: number | null) => session.generate?.(chatRequest({ topLogprobs }))
    await Promise.all([ask(null), ask(null), ask(2), ask(2), ask(null)])
    // Negative: a request for scores; each met an idle server.
    expect(together).toEqual([1, 2, -1, -1, 1])
  })

  it('gives up its turn on abort', async () => {
    const { session } = await backends.open(llamaServer, healthy())
    const stop = new AbortController()
    const first = session.generate?.(chatRequest({ topLogprobs: 1 }))
    const second = session.generate?.(chatRequest({ topLogprobs: 1 }), stop.signal)
    const third = session.generate?.(chatRequest())
    stop.abort()
    await expect(second).rejects.toMatchObject({ code: 'cancelled' })
    expect([await first, await third].every((reply) => reply?.text)).toBe(true)
  })
})

describe('llama-server, identity and model', () => {
  it('states what the server tells, and takes as many requests as it has slots', async () => {
    const { session } = await backends.open(llamaServer, healthy(), { concurrency: 8 })
    expect(session.identity).toMatchObject({
      server: 'llama.cpp b1-test',
      model: 'NAME',
      dtype: 'Q4_1',
      contextLength: 2048,
      tokenizer: 'server',
      bosId: null,
    })
    expect(session.limits.chatConcurrency).toBe(2)
    expect(session.scoreTokens).toBeUndefined()
    expect(session.embed).toBeUndefined()
  })

  it('reads the recorded descriptions', async () => {
    const described = ['models', 'props'].reduce<Answer>(
      (otherwise, name) => replaying(recorded(name), otherwise),
      healthy(),
    )
    const { session } = await backends.open(llamaServer, described, { model: 'default' })
    expect(session.identity).toMatchObject({
      server: 'llama.cpp b1-de3ff81',
      model: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      dtype: 'Q4_1',
      contextLength: 2048,
    })
  })

  it('refuses another model than the served one, which answers to any name (recorded)', async () => {
    const answer = replaying(recorded('wrong_model_ignored'), healthy())
    const { config } = await backends.serve(llamaServer, answer, { model: 'nope' })
    await expect(llamaServer.open(config, TEST_ENVIRONMENT)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('NAME'),
    })
    const { session } = await backends.open(llamaServer, healthy(), { model: 'alias' })
    expect(session.identity.model).toBe('NAME')
  })

  it('is waited for while it loads (recorded)', async () => {
    const loading = replyOf(recorded('health_loading'))
    const { config } = await backends.serve(llamaServer, () => loading)
    await expect(llamaServer.open(config, TEST_ENVIRONMENT)).rejects.toMatchObject({
      code: 'backend_unavailable',
      details: { kind: 'wait', reason: 'loading' },
    })
  })
})

describe('llama-server, other routes', () => {
  it('embeds when it was started for it, and says how when it was not', async () => {
    const { session, bodies } = await backends.open(llamaServer, healthy({ embeddings: true }))
    const reply = await session.embed?.(['a', 'b'])
    expect(reply?.vectors.map((vector) => vector.length)).toEqual([2, 2])
    expect(bodies('/v1/embeddings').at(-1)).toEqual({
      model: 'NAME',
      input: ['a', 'b'],
      encoding_format: 'base64',
    })
    expect(session.generate).toBeUndefined()
    const { config } = await backends.serve(llamaServer, healthy())
    const { capabilities } = await llamaServer.probe(config, TEST_ENVIRONMENT)
    expect(capabilities.embed).toMatchObject({
      state: 'no',
      flag: expect.stringContaining('--embeddings'),
    })
  })

  it('reads recorded tokens, and finds the BOS that is really added', async () => {
    const special = recorded('tokenize_add_special')
    const answer = replaying(special, healthy(), ({ body }) => body.content !== 'a b')
    const { session } = await backends.open(llamaServer, answer)
    const [ids] = (await session.tokenize?.(['Name three fruits.\nApple'], true)) ?? []
    expect([...(ids ?? [])]).toEqual((special.response as { tokens: number[] }).tokens)
    const bos = await backends.open(llamaServer, server(new BigramModel(true)))
    expect(bos.session.identity.bosId).not.toBeNull()
    const [plain] = (await bos.session.tokenize?.(['x y'], false)) ?? []
    const [full] = (await bos.session.tokenize?.(['x y'], true)) ?? []
    expect(full?.[0]).toBe(bos.session.identity.bosId)
    expect([...(full ?? [])].slice(1)).toEqual([...(plain ?? [])])
  })

  it('offers no tokenizer that puts marks at both ends', async () => {
    const { session } = await backends.open(llamaServer, healthy({ embeddings: true, marks: true }))
    expect(session.tokenize).toBeUndefined()
    expect(session.identity.bosId).toBeNull()
  })
})
