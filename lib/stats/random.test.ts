import { describe, expect, it } from 'vitest'
import { createRandom, sampleWithoutReplacement, xoshiro128 } from './random'

describe('random', () => {
  it('is xoshiro128** (sequence of the published algorithm from state 1, 2, 3, 4)', () => {
    const random = xoshiro128([1, 2, 3, 4])
    const first = Array.from({ length: 6 }, random.bits)
    expect(first).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492])
  })

  it('depends on the whole seed and on nothing else', () => {
    const draw = (seed: number) => createRandom(seed).next()
    expect(draw(5)).toBe(draw(5))
    const seeds = [0, 1, 2, -1, -2, 2 ** 32, 2 ** 32 + 1, 2 ** 40]
    expect(new Set(seeds.map(draw)).size).toBe(seeds.length)
  })

  it('is uniform in below()', () => {
    const random = createRandom(3)
    const counts = [0, 0, 0, 0, 0, 0, 0]
    for (let i = 0; i < 70_000; i += 1) counts[random.below(7)]! += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })

  it('samples without replacement, larger samples extending smaller ones', () => {
    const ten = sampleWithoutReplacement(1000, 10, 42)
    const hundred = sampleWithoutReplacement(1000, 100, 42)
    expect(new Set(hundred).size).toBe(100)
    expect(Math.max(...hundred)).toBeLessThan(1000)
    expect([...hundred.subarray(0, 10)]).toEqual([...ten])
    expect([...sampleWithoutReplacement(5, 9, 1)].toSorted()).toEqual([0, 1, 2, 3, 4])
    expect([...sampleWithoutReplacement(1000, 10, 43)]).not.toEqual([...ten])
  })

  it('fills words with the bits it would give one after another, and goes on behind them', () => {
    const [one, other] = [createRandom(7), createRandom(7)]
    const words = new Uint32Array(100)
    one.fill(words)
    expect([...words]).toEqual(Array.from({ length: 100 }, () => other.bits()))
    expect(one.next()).toBe(other.next())
  })
})
