import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainScores, writeTinyModel } from '@/lib/testing/tiny-model'
import type { TinyModel, TinyOptions } from '@/lib/testing/tiny-model'
import { GREEDY } from '../../types'
import { ExactScorer } from './exact-scorer'
import type { ExactOptions } from './exact-scorer'
import { packTexts } from './packs'

// What float32 adds to a loss of these models at most; a wrong rotation, group or norm is beyond 1e-2.
const NATS = 2e-5
// A row's numbers may move by rounding only, whatever stands beside it.
const NEIGHBOUR_NATS = 1e-6

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'exact-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ids = (length: number, from = 0) =>
  Int32Array.from({ length }, (_, i) => (from + i * i * 7 + 3 * i) % 80)

async function opened(options: TinyOptions = {}, more: Partial<ExactOptions> = {}) {
  const weights = path.join(folder, 'tiny.gguf')
  const model = writeTinyModel(weights, options)
  const tokenText = (id: number) => `<${id}>`
  const vocabSize = model.vocab
  const usual = { weights, threads: 1, contextLength: 2_048, vocabSize, tokenText }
  const scorer = await ExactScorer.open({ ...usual, ...more })
  return { model, scorer }
}

function furthest(model: TinyModel, row: Int32Array, scores: Float32Array): number {
  const expected = plainScores(model, [...row])
  expect(scores).toHaveLength(row.length)
  expect(scores[0]).toBeNaN()
  return Math.max(...expected.map((value, i) => Math.abs(value - (scores[i + 1] as number))))
}

describe('losses of the graph', () => {
  it.each<[string, TinyOptions]>([
    ['Llama', {}],
    ['Llama with a head of its own', { untied: true }],
    ['Llama with factors of its frequencies', { factors: true }],
    ['Llama with positions scaled linearly', { ropeFactor: 4 }],
    ['Qwen2, with biases', { architecture: 'qwen2' }],
    ['Qwen3, with norms of heads', { architecture: 'qwen3', untied: true }],
  ])('are those of the model written out in float64: %s', async (_name, options) => {
    const { model, scorer } = await opened(options)
    const rows = [ids(40), ids(7, 5), ids(2, 9), ids(40, 3)]
    const found = await scorer.score(rows)
    rows.forEach((row, i) => {
      expect(furthest(model, row, found[i] as Float32Array)).toBeLessThan(NATS)
    })
    await scorer.close()
  })

  it('of a row do not depend on what stands beside it', async () => {
    const { scorer } = await opened()
    const rows = [ids(300), ids(90, 1), ids(64, 2), ids(33, 3), ids(300, 4), ids(5, 5), ids(2, 6)]
    const together = await scorer.score(rows)
    for (const [i, row] of rows.entries()) {
      const [alone = []] = await scorer.score([row])
      const off = Array.from(alone, (value, t) => Math.abs(value - (together[i]?.[t] ?? NaN)))
      expect(Math.max(...off.slice(1))).toBeLessThan(NEIGHBOUR_NATS)
    }
    await scorer.close()
  })

  it('of a row that takes several calls are those of the row, to its last token', async () => {
    const { model, scorer } = await opened({}, { limits: { call: 24, whole: 40 } })
    const rows = [ids(110), ids(41, 2), ids(30, 4), ids(97, 1)]
    const found = await scorer.score(rows)
    rows.forEach((row, i) => {
      expect(furthest(model, row, found[i] as Float32Array)).toBeLessThan(NATS)
    })
    await scorer.close()
  })

  it('of rows without a prediction are missing', async () => {
    const { scorer } = await opened()
    const [none, one] = await scorer.score([new Int32Array(0), Int32Array.of(3)])
    expect(none).toHaveLength(0)
    expect(Array.from(one ?? [])).toEqual([NaN])
    await scorer.close()
  })

  it('are those that a continuation states', async () => {
    const { scorer } = await opened()
    const params = { ...GREEDY, maxTokens: 3, topLogprobs: 0 }
    const { tokens, text } = await scorer.generate(ids(9), params, null)
    const said = tokens ?? []
    expect(text).toBe(said.map(({ id }) => `<${id}>`).join(''))
    const [scored] = await scorer.score([
      Int32Array.from([...ids(9), ...said.map(({ id }) => id ?? 0)]),
    ])
    said.forEach(({ logprob }, i) => expect(scored?.[9 + i]).toBeCloseTo(logprob, 5))
    await scorer.close()
  })

  it('end when the caller no longer wants them', async () => {
    const { scorer } = await opened()
    await expect(scorer.score([ids(9)], AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    })
    await scorer.close()
  })
})

describe('a model that the graph would compute otherwise than it is meant', () => {
  const word = (key: string, value: string) => {
    const bytes = new TextEncoder().encode(value)
    const size = new Uint8Array(BigUint64Array.of(BigInt(bytes.length)).buffer)
    return { key, type: 8, value: Uint8Array.from([...size, ...bytes]) }
  }
  const count = (key: string, value: number) => ({
    key,
    type: 4,
    value: new Uint8Array(Uint32Array.of(value).buffer),
  })

  it.each<[string, TinyOptions, string]>([
    ['of another architecture', { meta: [word('general.architecture', 'gemma3')] }, 'gemma3'],
    ['with scaled positions', { meta: [word('llama.rope.scaling.type', 'yarn')] }, 'yarn'],
    [
      'with a setting that is not known',
      { meta: [count('llama.expert_count', 8)] },
      'expert_count',
    ],
    ['that turns a part of a head', { meta: [count('llama.rope.dimension_count', 8)] }, 'a part'],
    ['with a window', { meta: [count('llama.attention.sliding_window', 64)] }, 'no more than 64'],
    [
      'with a tensor that is not known',
      {
        change: (all) =>
          all.set('blk.0.attn_sinks.weight', { shape: [4], values: new Float32Array(4) }),
      },
      'attn_sinks',
    ],
    ['without a tensor', { change: (all) => all.delete('blk.1.ffn_up.weight') }, 'ffn_up'],
    [
      'with a vector that holds no numbers',
      { change: (all) => all.get('blk.1.ffn_norm.weight')?.values.fill(NaN) },
      'not a number',
    ],
    [
      'whose head is smaller than its vocabulary',
      {
        untied: true,
        change: (all) =>
          all.set('output.weight', { shape: [32, 70], values: new Float32Array(2_240) }),
      },
      '70 x 32',
    ],
    [
      'whose tokenizer knows more tokens',
      {
        change: (all) =>
          all.set('token_embd.weight', { shape: [32, 70], values: new Float32Array(2_240) }),
      },
      '70 embeddings',
    ],
  ])('is refused with the reason: %s', async (_name, options, reason) => {
    await expect(opened(options)).rejects.toThrow(reason)
  })

  it('with a window is taken where no text is longer', async () => {
    const meta = [count('llama.attention.sliding_window', 64)]
    const { model, scorer } = await opened({ meta }, { contextLength: 64 })
    const [found = new Float32Array()] = await scorer.score([ids(64)])
    expect(furthest(model, ids(64), found)).toBeLessThan(NATS)
    await scorer.close()
  })
})

describe('packs of texts', () => {
  it('hold every text with tokens once, within the limit or alone', () => {
    const lengths = [5, 0, 700, -1, 300, 200, 12, 512, 1]
    const packs = packTexts(lengths, 512)
    expect(packs.flat().toSorted((a, b) => a - b)).toEqual([0, 2, 4, 5, 6, 7, 8])
    for (const pack of packs) {
      const sum = pack.reduce((total, text) => total + (lengths[text] ?? 0), 0)
      expect(pack.length === 1 || sum <= 512).toBe(true)
    }
    expect(packs).toEqual([[2], [7], [4, 5, 6], [0, 8]])
  })
})
