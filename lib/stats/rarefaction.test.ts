import { describe, expect, it } from 'vitest'
import { rarefaction, tagFrequencies } from './rarefaction'

// Three rows: {a}, {a, b}, {c}.
const BY_HAND = tagFrequencies([2, 1, 1])

describe('rarefaction', () => {
  it('expects as many tags as all samples of that size have on average', () => {
    const points = rarefaction(BY_HAND, 3, [1, 2, 3])
    // One row: 1, 2 and 1 tags. Two rows: 2, 2 and 3. All: 3.
    expect(points.map(({ expected }) => expected)).toEqual([
      expect.closeTo(4 / 3, 12),
      expect.closeTo(7 / 3, 12),
      3,
    ])
  })

  it('has the variance of Colwell et al. around it', () => {
    // Chao2: 3 + 2/3 * 2^2 / (2 * 1) = 13/3.
    const half = (variance: number) => 1.959963984540054 * Math.sqrt(variance)
    const [one, two, three] = rarefaction(BY_HAND, 3, [1, 2, 3])
    // One row: chance of being there 2/3 for a, 1/3 for b and c.
    expect(one?.high).toBeCloseTo(4 / 3 + half(6 / 9 - 16 / 9 / (13 / 3)), 12)
    // Two rows: 1 for a, 2/3 for b and c.
    expect(two?.high).toBeCloseTo(7 / 3 + half(1 + 8 / 9 - 49 / 9 / (13 / 3)), 12)
    expect(three?.high).toBeCloseTo(3 + half(3 - 9 / (13 / 3)), 12)
    expect(three?.low).toBeCloseTo(3 - half(3 - 9 / (13 / 3)), 12)
  })

  it('has no interval of a single row, and none where nothing can be unseen', () => {
    expect(rarefaction(tagFrequencies([1, 1]), 1, [1])).toEqual([
      { rows: 1, expected: 2, low: null, high: null },
    ])
    const [end] = rarefaction(tagFrequencies([4, 4]), 4, [4])
    expect(end).toEqual({ rows: 4, expected: 2, low: 2, high: 2 })
    expect(rarefaction(new Map(), 4, [2])).toEqual([
      { rows: 2, expected: 0, low: null, high: null },
    ])
  })

  it('counts tags of many rows without loss', () => {
    const points = rarefaction(tagFrequencies([50_000, 1]), 100_000, [1, 100_000])
    expect(points[0]?.expected).toBeCloseTo(0.50001, 12)
    expect(points[1]?.expected).toBe(2)
  })
})
