import { mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelStatus } from '@/lib/models/status'
import { testEnvironment, whyWithout } from '@/lib/testing/models'
import { GREEDY } from '../types'
import type { ChatMessage, GenerateParams } from '../types'
import { embeddedConfig } from './config'
import { EXACT_RUNTIME } from './exact/exact-scorer'
import { probeEmbedded } from './probe'
import { openEmbedded } from './session'
import type { EmbeddedSession } from './session'

const MODEL = 'smollm2-135m-instruct'
const WHY = whyWithout(MODEL)
const PROBE = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
const PROBE_IDS = [32210, 28, 14801, 28, 15083, 28, 14963, 28, 11655, 28, 14986, 28, 10528]
const SLOW = 300_000

const user = (content: string): ChatMessage[] => [{ role: 'user', content }]

describe.skipIf(WHY !== '')(`the embedded language model${WHY}`, { timeout: SLOW }, () => {
  let session: EmbeddedSession
  const ask = (content: string, params: Partial<GenerateParams>) =>
    session.generate({ messages: user(content), params: { ...GREEDY, maxTokens: 12, ...params } })

  beforeAll(async () => {
    session = await openEmbedded(embeddedConfig.parse({}), testEnvironment())
  }, SLOW)

  afterAll(async () => {
    await session.close()
  })

  it('takes the fast path and says what it is', () => {
    expect(session.info).toMatchObject({ path: 'fast', fallbackReason: null, vocabSize: 49_152 })
    expect(session.info).toMatchObject({ scorerReason: null, generatorReason: null, sequences: 24 })
    expect(session.info.checkDifference).toBeLessThanOrEqual(1e-3)
    expect(session.identity).toMatchObject({
      kind: 'embedded',
      server: 'llama.cpp v0.5.0',
      model: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      dtype: 'Q4_1',
      settings: {
        attention: 'exact',
        kvType: 'f32',
        path: 'fast',
        scoringWeights: 'f32',
        scorer: EXACT_RUNTIME,
        generator: EXACT_RUNTIME,
      },
      contextLength: 8_192,
      bosId: null,
    })
    expect(session.identity.revision).toMatch(/^b179c952/)
  })

  it('tokenises and returns the text of every id', async () => {
    const [ids = new Int32Array(0)] = await session.tokenize([PROBE], false)
    expect(Array.from(ids)).toEqual(PROBE_IDS)
    expect((await session.tokenTexts(ids)).join('')).toBe(PROBE)
    const [empty, added] = await session.tokenize(['', PROBE], true)
    expect(empty).toHaveLength(0)
    expect(added).toHaveLength(PROBE_IDS.length)
  })

  it('reads control tokens in a text as text', async () => {
    const [ids = new Int32Array(0)] = await session.tokenize(['<|im_end|>'], false)
    expect(ids.length).toBeGreaterThan(1)
    expect(Array.from(ids)).not.toContain(2)
    const prompt = await session.host.call<Int32Array>('promptIds', {
      messages: user('<|im_end|> <|im_start|>'),
    })
    // Opening and closing of system and user, and the opening of the reply.
    expect(Array.from(prompt).filter((id) => id === 1 || id === 2)).toEqual([1, 2, 1, 2, 1])
  })

  it('scores the known text within the noise of its weights', async () => {
    const [scores = new Float32Array(0)] = await session.scoreTokens([Int32Array.from(PROBE_IDS)])
    expect(scores).toHaveLength(PROBE_IDS.length)
    expect(scores[0]).toBeNaN()
    const mean = -scores.subarray(7).reduce((sum, value) => sum + value, 0) / 6
    expect(mean).toBeGreaterThan(0.1)
    expect(mean).toBeLessThan(1)
  })

  it('gives a row the same bits alone, packed, and beside replies being generated', async () => {
    const texts = [PROBE, `${PROBE}.`, 'One short row.', `${PROBE}, ${'and more '.repeat(90)}`]
    const rows = await session.tokenize([...texts, 'x'], false)
    const alone: Float32Array[] = []
    for (const row of rows) alone.push(...(await session.scoreTokens([row])))
    const [together] = await Promise.all([
      session.scoreTokens([...rows].reverse()),
      ask('Name a colour.', {}),
    ])
    expect(together.toReversed()).toEqual(alone)
  })

  it('scores a row longer than one call as its continuation says', async () => {
    const [ids = new Int32Array(0)] = await session.tokenize([`${PROBE}. `.repeat(45)], false)
    expect(ids.length).toBeGreaterThan(600)
    const [whole = new Float32Array(0)] = await session.scoreTokens([ids])
    expect(whole.subarray(1).every((value) => Number.isFinite(value) && value <= 0)).toBe(true)
    const [start = new Float32Array(0)] = await session.scoreTokens([ids.subarray(0, 400)])
    expect(whole.subarray(1, 400)).toEqual(start.subarray(1))
  })

  it('returns one score less than tokens and none for a single token', async () => {
    const [none, one] = await session.scoreTokens([new Int32Array(0), Int32Array.of(28)])
    expect(none).toHaveLength(0)
    expect(Array.from(one ?? [])).toEqual([Number.NaN])
  })

  it('refuses what is too long or from another tokenizer', async () => {
    const long = session.scoreTokens([new Int32Array(8_193).fill(28)])
    await expect(long).rejects.toMatchObject({ code: 'data_error' })
    const foreign = session.scoreTokens([Int32Array.of(28, 60_000)])
    await expect(foreign).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('generates the same reply alone and beside others, with the same probabilities', async () => {
    const first = await ask('Name three colours.', { topLogprobs: 3 })
    const [again, ...others] = await Promise.all([
      ask('Name three colours.', { topLogprobs: 3 }),
      ask('Write a line about the sea.', {}),
      ask('What is 2+2?', { maxTokens: 30 }),
      ask('Sing.', { temperature: 0.9, seed: 4 }),
      ask('Count.', {}),
    ])
    expect(again).toEqual({ ...first, latencyMs: again.latencyMs })
    expect(others.every((reply) => reply.text !== '')).toBe(true)
    expect(first.tokens).toHaveLength(first.usage.completionTokens)
    for (const token of first.tokens ?? []) {
      expect(token.top).toHaveLength(3)
      expect(token.top[0]).toMatchObject({ id: token.id, logprob: token.logprob })
    }
  })

  it('gives the same reply, to the last bit, when the beginning of its prompt was computed before', async () => {
    const shared = 'Rate the task below from 0 to 100. Do not do it.\n\nTask: '
    const rate = (system: string, task: string) =>
      session.generate({
        messages: [{ role: 'system', content: system }, ...user(shared + task)],
        params: { ...GREEDY, maxTokens: 6, topLogprobs: 2 },
      })
    // Fills every place with something that shares no more than the header.
    const names = Array.from({ length: session.info.sequences }, (_, i) => `${i} rates`)
    const strangers = () => Promise.all(names.map((name) => rate(name, 'Sing.')))
    await strangers()
    const anew = await rate('You rate.', 'Add 17 and 25.')
    await strangers()
    await rate('You rate.', 'Write a sonnet about the sea.')
    const after = await rate('You rate.', 'Add 17 and 25.')
    expect(after).toEqual({ ...anew, latencyMs: after.latencyMs })
  })

  it('draws by the seed', async () => {
    const hot = { temperature: 1.2, topP: 0.95 }
    const [a, b, c] = await Promise.all([
      ask('Tell me a story.', { ...hot, seed: 1 }),
      ask('Tell me a story.', { ...hot, seed: 1 }),
      ask('Tell me a story.', { ...hot, seed: 2 }),
    ])
    expect(a.text).toBe(b.text)
    expect(a.text).not.toBe(c.text)
  })

  it('says why a reply ended', async () => {
    expect((await ask('Tell me a long story.', { maxTokens: 3 })).finishReason).toBe('length')
    const stopped = await ask('Count from 1 to 9.', { maxTokens: 60, stop: ['3'] })
    expect(stopped.finishReason).toBe('stop')
    expect(stopped.text).not.toContain('3')
  })

  it('follows a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { level: { enum: ['low', 'high'] }, score: { type: 'integer' } },
    }
    const reply = await ask('How hard is 2+2?', { maxTokens: 60, jsonSchema: schema })
    const value = JSON.parse(reply.text) as { level: string; score: number }
    expect(['low', 'high']).toContain(value.level)
    expect(Number.isInteger(value.score)).toBe(true)
    expect(reply.finishReason).toBe('stop')
    // What a reply found out of its grammar is known to the next ones.
    for (let n = 0; n < 2; n += 1) {
      const again = await ask('How hard is 2+2?', { maxTokens: 60, jsonSchema: schema })
      expect(again).toEqual({ ...reply, latencyMs: again.latencyMs })
    }
  })

  it('stops when cancelled and goes on working', async () => {
    const controller = new AbortController()
    const params = { ...GREEDY, maxTokens: 400 }
    const reply = session.generate({ messages: user('Tell a story.'), params }, controller.signal)
    setTimeout(() => controller.abort(), 100)
    await expect(reply).rejects.toMatchObject({ code: 'cancelled' })
    expect((await ask('Name a colour.', { maxTokens: 2 })).text).not.toBe('')
  })

  it('stops scoring within a call when cancelled and scores on', async () => {
    const [row = new Int32Array(0)] = await session.tokenize([`${PROBE} `.repeat(80)], false)
    const controller = new AbortController()
    const scoring = session.scoreTokens(
      Array.from({ length: 400 }, () => row),
      controller.signal,
    )
    setTimeout(() => controller.abort(), 300)
    await expect(scoring).rejects.toMatchObject({ code: 'cancelled' })
    const [scores] = await session.scoreTokens([Int32Array.from(PROBE_IDS)])
    expect(scores).toHaveLength(PROBE_IDS.length)
  })

  it('survives the death of its process: the call fails, the next one works', async () => {
    const rows = await session.tokenize([`${PROBE} `.repeat(100)], false)
    const scoring = session.scoreTokens(rows)
    process.kill(session.host.pid ?? 0, 'SIGKILL')
    await expect(scoring).rejects.toMatchObject({ code: 'backend_unavailable' })
    const [scores] = await session.scoreTokens([Int32Array.from(PROBE_IDS)])
    expect(scores).toHaveLength(PROBE_IDS.length)
  })

  it('has the replies of llama.cpp on the same weights in float32', async () => {
    const env = testEnvironment()
    const weights = path.join(env.cacheDir, 'expanded')
    const [file = ''] = readdirSync(weights).filter((name) => name.endsWith('.f32.gguf'))
    const config = { modelPath: path.join(weights, file), scoringWeights: 'file' }
    const other = await openEmbedded(embeddedConfig.parse(config), env)
    try {
      expect(other.identity.settings).not.toHaveProperty('generator')
      const schema = {
        type: 'object',
        properties: { level: { enum: ['easy', 'medium', 'hard'] } },
        required: ['level'],
      }
      const params = { ...GREEDY, maxTokens: 24, jsonSchema: schema }
      const asked = ['Add 2 and 2.', 'Prove that pi is irrational.', 'Name a town.', 'Sort a list.']
      const replies = (from: EmbeddedSession) =>
        Promise.all(
          asked.map(async (task) => {
            const messages = user(`How difficult is this task?\n\n${task}`)
            return (await from.generate({ messages, params })).text
          }),
        )
      expect(await replies(session)).toEqual(await replies(other))
    } finally {
      await other.close()
    }
  })

  it('agrees on the slow path, which does all the same', async () => {
    const log: string[] = []
    const slow = await openEmbedded(embeddedConfig.parse({}), testEnvironment(log), {
      forcePublic: true,
    })
    try {
      expect(slow.identity.settings.path).toBe('public')
      expect(log).toHaveLength(2)
      expect(slow.identity.settings).not.toHaveProperty('scorer')
      expect(slow.identity.settings).not.toHaveProperty('generator')
      const ids = Int32Array.from(PROBE_IDS)
      const [a = new Float32Array(0)] = await session.scoreTokens([ids])
      const [b = new Float32Array(0)] = await slow.scoreTokens([ids])
      for (let i = 1; i < ids.length; i += 1) {
        expect(Math.abs((a[i] as number) - (b[i] as number))).toBeLessThan(1e-3)
      }
      const params = { ...GREEDY, maxTokens: 4, topLogprobs: 1 }
      const fast = await session.generate({ messages: user('Name a colour.'), params })
      const reply = await slow.generate({ messages: user('Name a colour.'), params })
      expect(reply.text).toBe(fast.text)
      const schema = { type: 'object', properties: { colour: { enum: ['violet', 'ochre'] } } }
      const constrained = await slow.generate({
        messages: user('Name a colour.'),
        params: { ...GREEDY, maxTokens: 30, jsonSchema: schema },
      })
      expect(['violet', 'ochre']).toContain(
        (JSON.parse(constrained.text) as { colour: string }).colour,
      )
    } finally {
      await slow.close()
    }
  })

  it('opens any GGUF file by its path', async () => {
    const status = await modelStatus(MODEL, testEnvironment())
    const link = path.join(mkdtempSync(path.join(tmpdir(), 'evolens-gguf-')), 'my own model.gguf')
    symlinkSync(status.path ?? '', link)
    const config = embeddedConfig.parse({ modelPath: link, contextLength: 512, sequences: 1 })
    const result = await probeEmbedded(config, testEnvironment())
    expect(result.steps.filter((step) => step.state !== 'pass')).toEqual([])
    expect(result.identity).toMatchObject({ model: 'my own model.gguf', contextLength: 512 })
    expect(result.capabilities.promptLogprobs).toEqual({ state: 'yes' })
  })
})

describe('without a model file', () => {
  it('says what is off and how to supply the file', async () => {
    const env = { ...testEnvironment(), cacheDir: mkdtempSync(path.join(tmpdir(), 'evolens-')) }
    const result = await probeEmbedded(embeddedConfig.parse({}), { ...env, modelsDir: null })
    expect(result.capabilities.promptLogprobs.state).toBe('no')
    expect(result.capabilities.chat.reason).toContain('EVOLENS_MODELS_DIR')
  })

  it(
    'says that a file is no model',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'evolens-'))
      const modelPath = path.join(folder, 'text.gguf')
      writeFileSync(modelPath, 'not a model')
      const env = { ...testEnvironment(), cacheDir: folder }
      const result = await probeEmbedded(embeddedConfig.parse({ modelPath }), env)
      expect(result.steps[0]).toMatchObject({ state: 'fail' })
      expect(result.capabilities.chat.reason).toContain('GGUF')
    },
    SLOW,
  )
})
