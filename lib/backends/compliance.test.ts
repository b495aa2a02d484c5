import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '@/lib/errors'
import { embedded } from './embedded'
import { embeddedEmbeddings } from './embedded-embeddings'
import { fake } from './fake'
import { defaultCacheDir } from './models/paths'
import { modelStatus } from './models/status'
import { openai } from './openai'
import { modelStub, startStub, type StubServer } from './openai/stub'
import {
  CAPABILITIES,
  GREEDY,
  type BackendEnvironment,
  type BackendKind,
  type BackendSession,
  type Capability,
  type ProbeResult,
} from './types'

const env: BackendEnvironment = {
  cacheDir: defaultCacheDir(),
  modelsDir: process.env.EVOLENS_MODELS_DIR ?? null,
  secret: () => undefined,
  log: () => undefined,
}
// Batching may change the last bits of a real engine's numbers; no two tokens or texts are this close by chance.
const SCORE_NOISE = 0.02
const VECTOR_NOISE = 1e-5
// Loading a model twice on a machine that does other things as well.
const OPEN_MS = 240_000

function gap(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Infinity
  return a.reduce(
    (most, value, i) =>
      Number.isNaN(value) ? most : Math.max(most, Math.abs(value - (b[i] as number))),
    0,
  )
}
const METHODS: Partial<Record<Capability, keyof BackendSession>> = {
  chat: 'generate',
  promptLogprobs: 'scoreTokens',
  embed: 'embed',
  tokenize: 'tokenize',
}

interface Subject {
  name: string
  /** Model file that it needs. */
  model?: string
  kind: BackendKind
  config(): Promise<Record<string, unknown>>
}

let stub: StubServer
beforeAll(async () => {
  stub = await startStub(modelStub)
})
afterAll(() => stub.close())

const SUBJECTS: Subject[] = [
  { name: 'fake', kind: fake, config: async () => ({}) },
  { name: 'fake with BOS', kind: fake, config: async () => ({ bos: true, seed: 4 }) },
  {
    name: 'openai, chat',
    kind: openai,
    config: async () => ({ baseUrl: stub.url, model: 'NAME' }),
  },
  {
    name: 'openai, embeddings',
    kind: openai,
    config: async () => ({ baseUrl: stub.url, model: 'NAME', use: 'embeddings' }),
  },
  { name: 'embedded', kind: embedded, config: async () => ({}), model: 'smollm2-135m-instruct' },
  {
    name: 'embedded embeddings',
    kind: embeddedEmbeddings,
    config: async () => ({}),
    model: 'all-minilm-l6-v2-int8',
  },
]

const LABELLED = await Promise.all(
  SUBJECTS.map(async (subject) => {
    const ready = !subject.model || (await modelStatus(subject.model, env)).state === 'ready'
    return {
      ...subject,
      ready,
      title: ready ? subject.name : `${subject.name}: skipped, its model file is not here`,
    }
  }),
)

describe.each(LABELLED)('$title', ({ kind, config, ready }) => {
  let session: BackendSession
  let probe: ProbeResult

  beforeAll(async () => {
    if (!ready) return
    const parsed = kind.config.parse(await config())
    session = await kind.open(parsed, env)
    probe = await kind.probe(parsed, env)
  }, OPEN_MS)
  afterAll(() => session?.close())

  const has = (capability: Capability) => probe.capabilities[capability].state === 'yes'

  it.skipIf(!ready)(
    'offers only what its kind promises, and gives a reason for what it lacks',
    () => {
      const wrong = CAPABILITIES.filter((capability) => {
        const { state, reason } = probe.capabilities[capability]
        if (state === 'no') return !reason
        const method = METHODS[capability]
        const there = method === undefined || typeof session[method] === 'function'
        return state === 'yes' && !(there && kind.capabilities.includes(capability))
      })
      expect(wrong).toEqual([])
    },
  )

  it.skipIf(!ready)('states one identity, opened or probed, without address or key', () => {
    expect(probe.identity).toEqual(session.identity)
    expect(session.identity.kind).toBe(kind.id)
    expect(JSON.stringify(session.identity)).not.toMatch(/https?:|127\.0\.0\.1/)
  })

  it.skipIf(!ready)('chats: same request, same reply; the limit is kept', async () => {
    if (!has('chat') || !session.generate) return
    const request = {
      messages: [{ role: 'user', content: 'Name a colour.' } as const],
      params: { ...GREEDY, maxTokens: 3 },
    }
    const [a, b] = [await session.generate(request), await session.generate(request)]
    expect(a.text).toBe(b.text)
    expect(a.usage.completionTokens).toBeLessThanOrEqual(3)
    expect(['stop', 'length', 'other']).toContain(a.finishReason)
    expect(a.tokens).toBeUndefined()
  })

  it.skipIf(!ready)('scores generated tokens: finite, at most 0, alternatives sorted', async () => {
    if (!has('outputLogprobs') || !session.generate) return
    const params = { ...GREEDY, maxTokens: 4, topLogprobs: 3 }
    const reply = await session.generate({
      messages: [{ role: 'user', content: 'Go on.' }],
      params,
    })
    expect(reply.tokens?.map((token) => token.text).join('')).toBe(reply.text)
    for (const token of reply.tokens ?? []) {
      expect(token.logprob).toBeLessThanOrEqual(0)
      expect(token.logprob).toBeGreaterThan(-1e3)
      const scores = token.top.map((entry) => entry.logprob)
      expect(scores).toEqual([...scores].sort((x, y) => y - x))
      expect(scores.length).toBeLessThanOrEqual(3)
    }
  })

  it.skipIf(!ready)('follows a schema', async () => {
    if (!has('structured') || !session.generate) return
    const jsonSchema = {
      type: 'object',
      properties: { level: { type: 'string', enum: ['low', 'high'] } },
      required: ['level'],
    }
    const params = { ...GREEDY, maxTokens: 60, jsonSchema }
    const reply = await session.generate({
      messages: [{ role: 'user', content: 'Which level?' }],
      params,
    })
    expect(['low', 'high']).toContain((JSON.parse(reply.text) as { level: string }).level)
  })

  it.skipIf(!ready)(
    'scores given tokens: NaN first, then finite and at most 0, whatever the batch',
    async () => {
      if (!has('promptLogprobs') || !session.scoreTokens || !session.tokenize) return
      const texts = ['Monday, Tuesday, Wednesday', 'one', 'Monday, Tuesday, Wednesday, Thursday']
      const sequences = await session.tokenize(texts, false)
      const together = await session.scoreTokens(sequences)
      together.forEach((scores, i) => {
        expect(scores).toHaveLength(sequences[i]?.length ?? -1)
        expect(scores[0]).toBeNaN()
        expect(scores.subarray(1).every((score) => score <= 0 && Number.isFinite(score))).toBe(true)
      })
      const alone = await session.scoreTokens([sequences[2] as Int32Array])
      expect(gap(alone[0], together[2])).toBeLessThan(SCORE_NOISE)
      // What is scored depends on what stands before, never on what follows.
      const prefix = together[2]?.slice(0, together[0]?.length)
      expect(gap(prefix, together[0])).toBeLessThan(SCORE_NOISE)
      expect(await session.scoreTokens([])).toEqual([])
    },
  )

  it.skipIf(!ready)(
    'tokenises: adding specials adds at most the BOS, texts of ids make up the text',
    async () => {
      if (!has('tokenize') || !session.tokenize) return
      const text = 'Two words,\nthree!'
      const [plain] = await session.tokenize([text], false)
      const [special] = await session.tokenize([text], true)
      const { bosId } = session.identity
      expect([...(special ?? [])]).toEqual([...(bosId === null ? [] : [bosId]), ...(plain ?? [])])
      const texts = (await session.tokenTexts?.(plain ?? new Int32Array())) ?? [text]
      expect(texts.join('')).toBe(text)
    },
  )

  it.skipIf(!ready)('embeds: equal texts alike, different texts apart, in order', async () => {
    if (!has('embed') || !session.embed) return
    const { vectors, truncated } = await session.embed([
      'a red door',
      'a long equation',
      'a red door',
    ])
    expect(vectors).toHaveLength(3)
    expect(truncated).toHaveLength(3)
    expect(gap(vectors[0], vectors[2])).toBeLessThan(VECTOR_NOISE)
    expect(gap(vectors[0], vectors[1])).toBeGreaterThan(VECTOR_NOISE)
    expect(new Set(vectors.map((vector) => vector.length)).size).toBe(1)
  })

  it.skipIf(!ready)('stops on abort with `cancelled`', async () => {
    const signal = AbortSignal.abort()
    const calls = [
      session.generate?.({ messages: [{ role: 'user', content: 'x' }], params: GREEDY }, signal),
      session.embed?.(['x'], signal),
      session.scoreTokens?.([Int32Array.of(20, 21)], signal),
    ]
    for (const call of calls) {
      if (!call) continue
      const error = await call.catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(AppError)
      expect((error as AppError).code).toBe('cancelled')
    }
  })
})
