import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testEnvironment, whyWithout } from '@/lib/testing/models'
import { embeddingsConfig } from './config'
import { probeEmbeddings } from './probe'
import { openEmbeddings } from './session'
import type { EmbeddingsSession } from './session'

const WHY = whyWithout('all-minilm-l6-v2')
const SLOW = 300_000

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0)
}

describe.skipIf(WHY !== '')(`the embedded embeddings${WHY}`, { timeout: SLOW }, () => {
  let session: EmbeddingsSession

  beforeAll(async () => {
    session = await openEmbeddings(embeddingsConfig.parse({}), testEnvironment())
  }, SLOW)

  afterAll(async () => {
    await session.close()
  })

  it('says what decides its numbers', () => {
    expect(session.identity).toMatchObject({
      kind: 'embedded-embeddings',
      model: 'all-minilm-l6-v2',
      dtype: 'F32',
      settings: { pooling: 'mean', normalised: true, maxWordPieces: 256 },
    })
    expect(session.identity.server).toMatch(/^onnxruntime \d/)
    expect(session.identity.revision).toMatch(/^53aa5117/)
  })

  it('puts related sentences nearer than unrelated ones', async () => {
    const { vectors } = await session.embed([
      'How do I sort a list of numbers in Python?',
      'Explain sorting numbers with Python.',
      'Which wine goes with grilled fish?',
    ])
    const [a, b, c] = vectors as [Float32Array, Float32Array, Float32Array]
    expect(a).toHaveLength(384)
    expect(cosine(a, a)).toBeCloseTo(1, 5)
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, c) + 0.3)
  })

  it('computes what numpy computes in float64 from the same weights', async () => {
    const file = path.join(import.meta.dirname, 'golden', 'fixtures', 'golden.json')
    const golden = JSON.parse(readFileSync(file, 'utf8')) as { text: string; vector: number[] }[]
    const { vectors } = await session.embed(golden.map(({ text }) => text))
    golden.forEach(({ text, vector }, i) => {
      const apart = vector.map((value, k) => Math.abs(value - (vectors[i]?.[k] ?? Number.NaN)))
      // The file keeps seven decimals.
      expect([text, Math.max(...apart) < 1e-6]).toEqual([text, true])
    })
  })

  it('gives a text the same vector whatever stands beside it', async () => {
    const lengths = [1, 2, 7, 31, 58, 61, 120, 254, 400]
    const texts = lengths.map((count) =>
      'a river and its two small towns '.repeat(count).slice(0, 6 * count),
    )
    const crowd = Array.from({ length: 60 }, (_, i) => `Question ${i}: ${'why so '.repeat(i)}?`)
    const together = (await session.embed([...crowd, ...texts, '', ...texts])).vectors
    const backwards = (await session.embed([...texts.toReversed(), 'x'])).vectors
    for (const [i, text] of texts.entries()) {
      const alone = (await session.embed([text])).vectors[0] as Float32Array
      const first = together[crowd.length + i] as Float32Array
      const second = together[crowd.length + texts.length + 1 + i] as Float32Array
      for (const among of [first, second, backwards[texts.length - 1 - i] as Float32Array]) {
        const apart = alone.map((value, k) => Math.abs(value - (among[k] as number)))
        expect(Math.max(...apart)).toBeLessThan(1e-6)
      }
    }
  })

  it('cuts at the limit, says so, and ignores what lies behind it', async () => {
    const start = 'river '.repeat(254)
    const reply = await session.embed([start, `${start} stone`, `${start} wine wine`])
    expect(reply.truncated).toEqual([false, true, true])
    expect(reply.vectors[1]).toEqual(reply.vectors[0])
    expect(reply.vectors[2]).toEqual(reply.vectors[0])
  })

  it('handles empty texts and no texts', async () => {
    const { vectors, truncated } = await session.embed([''])
    expect(vectors[0]).toHaveLength(384)
    expect(truncated).toEqual([false])
    expect(await session.embed([])).toEqual({ vectors: [], truncated: [] })
  })

  it('survives the death of its process', async () => {
    const working = session.embed(Array.from({ length: 400 }, (_, i) => `word ${i} `.repeat(100)))
    process.kill(session.host.pid ?? 0, 'SIGKILL')
    await expect(working).rejects.toMatchObject({ code: 'backend_unavailable' })
    expect((await session.embed(['again'])).vectors).toHaveLength(1)
  })

  it('passes its own probe', async () => {
    const result = await probeEmbeddings(embeddingsConfig.parse({}), testEnvironment())
    expect(result.steps.filter((step) => step.state !== 'pass')).toEqual([])
    expect(result.capabilities.embed).toEqual({ state: 'yes' })
    expect(result.capabilities.chat.state).toBe('no')
  })
})

describe('without the files', () => {
  it('says how to supply them', async () => {
    const cacheDir = mkdtempSync(path.join(tmpdir(), 'evolens-'))
    const env = { ...testEnvironment(), cacheDir, modelsDir: null }
    const result = await probeEmbeddings(embeddingsConfig.parse({}), env)
    expect(result.capabilities.embed.state).toBe('no')
    expect(result.capabilities.embed.reason).toContain('tokenizer.json')
  })
})
