import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainScores, writeTinyModel } from '@/lib/testing/tiny-model'
import type { TinyModel, TinyOptions } from '@/lib/testing/tiny-model'
import { GREEDY } from '../../types'
import type { GenerationResult } from '../engine-types'
import { Generator } from '../generate'
import { exactPlaces, findHabits, lengthFor, placesFor } from './exact-places'
import type { PlacesModel } from './exact-places'
import { ExactScorer } from './exact-scorer'
import type { ExactPlan } from './plan'

// What float32 adds to a loss of these models at most.
const NATS = 2e-5
const LENGTH = 6

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'places-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const prompt = (length: number, from = 0) =>
  Int32Array.from({ length }, (_, i) => (from + i * i * 7 + 3 * i) % 80)
const beginning = [...prompt(20)]

async function opened(options: TinyOptions = {}, limits?: { call: number; whole: number }) {
  const weights = path.join(folder, 'tiny.gguf')
  const model = writeTinyModel(weights, options)
  const vocabSize = model.vocab
  const tokenText = (id: number) => `<${id}>`
  const common = { weights, threads: 2, contextLength: 512, vocabSize, tokenText }
  const scorer = await ExactScorer.open({ ...common, ...(limits ? { limits } : {}) })
  const open = await scorer.places(4)
  const generator = () =>
    new Generator(
      {
        vocabSize,
        contextLength: 512,
        bytesOf: (id) => new TextEncoder().encode(tokenText(id)),
        tokenText,
        isEnd: () => false,
        newGrammar: () => {
          throw new Error('no grammar here')
        },
      },
      open,
    )
  return { model, scorer, generator }
}

const ask = (generator: Generator, ids: Int32Array, signal?: AbortSignal) =>
  generator.generate(ids, { ...GREEDY, maxTokens: LENGTH, topLogprobs: 2 }, null, signal)

/** The largest difference between what a reply says of its tokens and the model written out. */
function furthest(model: TinyModel, ids: Int32Array, { tokens }: GenerationResult): number {
  const chosen = tokens ?? []
  expect(chosen).toHaveLength(LENGTH)
  const scores = plainScores(model, [...ids, ...chosen.map(({ id }) => id as number)])
  return Math.max(
    ...chosen.map(({ logprob }, i) => Math.abs(logprob - (scores[ids.length - 1 + i] as number))),
  )
}

describe('replies of the graph', () => {
  it.each<[string, TinyOptions]>([
    ['Llama', {}],
    ['Qwen2, with biases', { architecture: 'qwen2' }],
    ['Qwen3, with norms of heads and a head of its own', { architecture: 'qwen3', untied: true }],
  ])('have the probabilities of the model written out in float64: %s', async (_name, options) => {
    const { model, scorer, generator } = await opened(options)
    const side = generator()
    const prompts = [prompt(40), prompt(1, 7), prompt(2, 9), prompt(23, 4), prompt(90, 2)]
    const replies = await Promise.all(prompts.map((ids) => ask(side, ids)))
    prompts.forEach((ids, i) => {
      expect(furthest(model, ids, replies[i] as GenerationResult)).toBeLessThan(NATS)
    })
    await scorer.close()
  })

  it('are the same, to the last bit, alone and among others, whatever their places held before', async () => {
    const { scorer, generator } = await opened()
    const prompts = Array.from({ length: 13 }, (_, i) =>
      Int32Array.from([...beginning, 30 + i, ...prompt(3 + 9 * (i % 4), i)]),
    )
    const alone: GenerationResult[] = []
    for (const ids of prompts) alone.push(await ask(generator(), ids))
    const shared = generator()
    for (let round = 0; round < 2; round += 1) {
      expect(await Promise.all(prompts.map((ids) => ask(shared, ids)))).toEqual(alone)
    }
    // Prompts that differ in one of the last tokens leave one or two to compute.
    const [first] = prompts as [Int32Array]
    for (const changed of [1, 2, 3]) {
      const ids = first.with(first.length - changed, 77)
      expect(await ask(shared, ids)).toEqual(await ask(generator(), ids))
    }
    expect(new Set(alone.map(({ text }) => text)).size).toBeGreaterThan(4)
    await scorer.close()
  })

  it('go on while places grow for a longer prompt, and shrink after it', async () => {
    const { scorer, generator } = await opened()
    const short = [prompt(9, 1), prompt(12, 2), prompt(11, 3)]
    const long = prompt(300, 4)
    const alone = await Promise.all([...short, long].map((ids) => ask(generator(), ids)))
    const side = generator()
    expect(await Promise.all([...short, long].map((ids) => ask(side, ids)))).toEqual(alone)
    // Short ones again, in places that are made shorter under what they hold.
    for (const i of [1, 0, 2]) expect(await ask(side, short[i] as Int32Array)).toEqual(alone[i])
    expect(await ask(side, long)).toEqual(alone[3])
    await scorer.close()
  })

  it('follow prompts that take several calls', async () => {
    const { model, scorer, generator } = await opened({}, { call: 24, whole: 40 })
    // The last one leaves a single token for its last call.
    for (const ids of [prompt(110), prompt(97, 1), prompt(50, 2)]) {
      expect(furthest(model, ids, await ask(generator(), ids))).toBeLessThan(NATS)
    }
    await scorer.close()
  })

  it('end when they are no longer wanted, and leave their place to others', async () => {
    const { scorer, generator } = await opened()
    const side = generator()
    const controller = new AbortController()
    const asked = Array.from({ length: 6 }, (_, i) => ask(side, prompt(30, i), controller.signal))
    const kept = ask(side, prompt(30, 9))
    controller.abort()
    const ended = await Promise.allSettled(asked)
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
    expect(await kept).toEqual(await ask(generator(), prompt(30, 9)))
    await scorer.close()
  })
})

describe('what the numbers of a text depend on', () => {
  /** A model whose next token is the last one plus one; its logits show how the text was computed. */
  function rounding(by: 'nothing' | 'texts' | 'calls') {
    const plan = { layers: 1, kvHeads: 1, headSize: 2, width: 1, vocabSize: 64 } as ExactPlan
    const computed: number[] = []
    const model: PlacesModel = {
      plan,
      sequences: 3,
      contextLength: 64,
      call: 32,
      async states(texts, earlier, { as }) {
        computed.push(texts.length)
        const shown = by === 'texts' ? texts.length : by === 'calls' ? (lengths.at(-1) ?? 0) : 0
        if (as === 'prompt') lengths.push(texts[0]?.length ?? 0)
        const ids = texts.map((text) => (text.at(-1) as number) + shown / 1e3)
        return new Tensor('float32', Float32Array.from(ids), [texts.length, 1])
      },
      async logits(states) {
        const rows = [...(states.data as Float32Array)]
        return Float32Array.from(
          rows.flatMap((value) =>
            Array.from({ length: 64 }, (_, id) => (id === Math.floor(value) + 1 ? value : -1)),
          ),
        )
      },
    }
    const lengths: number[] = []
    return { model, computed }
  }

  it.each([
    ['nothing', { padded: false, shares: true }],
    ['texts', { padded: true, shares: true }],
    ['calls', { padded: false, shares: false }],
  ] as const)('is found: %s', async (by, habits) => {
    expect(await findHabits(rounding(by).model)).toEqual(habits)
  })

  it('is kept to: steps of the full number of texts give what was asked for', async () => {
    const { model, computed } = rounding('texts')
    const places = await exactPlaces(model, { padded: true, shares: false })(20)
    await places.begin(1, Int32Array.of(5, 6, 7))
    const logits = await places.step([null, { id: 7, position: 2 }, null])
    expect(computed.at(-1)).toBe(3)
    expect(logits).toHaveLength(64)
    expect(logits.indexOf(Math.max(...logits))).toBe(8)
  })
})

describe('places', () => {
  const plan = { layers: 30, kvHeads: 3, headSize: 64 } as Parameters<typeof placesFor>[1]['plan']

  it('are as many as were asked for, or as memory holds', () => {
    const options = { plan, sequences: 24, contextLength: 8_192 }
    expect(placesFor(200, options)).toBe(24)
    expect(placesFor(2_400, options)).toBe(9)
    expect(placesFor(8_192, options)).toBe(2)
    expect(placesFor(8_192, { ...options, sequences: 1 })).toBe(1)
    for (const tokens of [65, 500, 1_000, 3_000, 8_192]) {
      const length = lengthFor(tokens, options)
      expect(length).toBeGreaterThanOrEqual(tokens)
      expect(length).toBeLessThan(1.25 * tokens + 64)
    }
  })
})
