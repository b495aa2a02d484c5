import { describe, expect, it } from 'vitest'
import { randomStream, sampleToken } from './sampler'
import type { SamplingParams } from './sampler'

const BASE: SamplingParams = { temperature: 1, topP: 1, topK: 0, minP: 0, seed: 1 }
// Probabilities 0.5, 0.25, 0.125, 0.0625, 0.0625.
const LOGITS = Float32Array.from([0.5, 0.25, 0.125, 0.0625, 0.0625], Math.log)

function frequencies(params: Partial<SamplingParams>, draws = 20_000): number[] {
  const random = randomStream(42)
  const counts = Array.from({ length: LOGITS.length }, () => 0)
  for (let i = 0; i < draws; i += 1) {
    const id = sampleToken(LOGITS, { ...BASE, ...params }, random)
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts.map((count) => count / draws)
}

/** Largest distance between found and expected shares. */
function apart(found: number[], expected: number[]): number {
  return Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? 0))))
}

// Four standard deviations of a share over 20,000 draws.
const NOISE = 0.015

describe('sampling', () => {
  it('is greedy at temperature 0, whatever else is set', () => {
    const params = { ...BASE, temperature: 0, topP: 0.1, minP: 0.9 }
    expect(sampleToken(LOGITS, params, () => 0.999)).toBe(0)
  })

  it('draws by probability', () => {
    expect(apart(frequencies({}), [0.5, 0.25, 0.125, 0.0625, 0.0625])).toBeLessThan(NOISE)
  })

  it('sharpens with a low temperature', () => {
    const squares = [0.25, 0.0625, 0.015625, 0.00390625, 0.00390625]
    const sum = squares.reduce((a, b) => a + b, 0)
    expect(
      apart(
        frequencies({ temperature: 0.5 }),
        squares.map((value) => value / sum),
      ),
    ).toBeLessThan(NOISE)
  })

  it('keeps the most likely k, the lower id among equals', () => {
    expect(apart(frequencies({ topK: 2 }), [2 / 3, 1 / 3, 0, 0, 0])).toBeLessThan(NOISE)
    expect(frequencies({ topK: 4 })[4]).toBe(0)
  })

  it('keeps the smallest set that holds p', () => {
    expect(apart(frequencies({ topP: 0.75 }), [2 / 3, 1 / 3, 0, 0, 0])).toBeLessThan(NOISE)
    expect(apart(frequencies({ topP: 0.76 }), [4 / 7, 2 / 7, 1 / 7, 0, 0])).toBeLessThan(NOISE)
    expect(frequencies({ topP: 0.01 }, 100)[0]).toBe(1)
  })

  it('drops what is under a share of the most likely', () => {
    expect(apart(frequencies({ minP: 0.4 }), [2 / 3, 1 / 3, 0, 0, 0])).toBeLessThan(NOISE)
  })

  it('applies the nucleus to what top-k kept', () => {
    // Of 0.5 and 0.25 the first holds two thirds.
    expect(frequencies({ topK: 2, topP: 0.6 }, 200)[0]).toBe(1)
  })

  it('never draws a forbidden token', () => {
    const masked = Float32Array.of(-Infinity, 0, -Infinity)
    for (const unit of [0, 0.5, 0.999999]) {
      expect(sampleToken(masked, BASE, () => unit)).toBe(1)
      expect(sampleToken(masked, { ...BASE, topP: 0.9 }, () => unit)).toBe(1)
    }
  })

  it('repeats with the seed and differs between seeds', () => {
    const stream = (seed: number) => {
      const random = randomStream(seed)
      return Array.from({ length: 8 }, () => random())
    }
    expect(stream(5)).toEqual(stream(5))
    expect(stream(5)).not.toEqual(stream(6))
    expect(stream(0)).not.toEqual(stream(1))
    for (const value of stream(2 ** 31)) expect(value).toBeGreaterThanOrEqual(0)
  })
})
