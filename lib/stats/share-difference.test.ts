import { describe, expect, it } from 'vitest'
import { logOddsZ } from './log-odds'
import { shareDifference } from './share-difference'
import { cliffsDelta, cliffsDeltaOfCounts } from './unpaired'

describe('difference of two shares', () => {
  // Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
  it.each([
    [[56, 70], [48, 80], 0.2, 0.0524, 0.3339],
    [[9, 10], [3, 10], 0.6, 0.1705, 0.809],
    [[10, 10], [0, 20], 1, 0.6791, 1],
    [[5, 56], [0, 29], 0.0893, -0.0381, 0.1926],
  ] as const)('%j and %j', (a, b, estimate, low, high) => {
    const found = shareDifference(a, b)
    expect(found.ok && [found.estimate, found.low, found.high]).toEqual([
      expect.closeTo(estimate, 4),
      expect.closeTo(low, 4),
      expect.closeTo(high, 4),
    ])
  })
  it('has none where a side is empty', () => {
    expect(shareDifference([0, 0], [1, 2])).toEqual({ ok: false, reason: 'n_too_small' })
  })
})

describe("Cliff's delta of counts", () => {
  it('is that of the values', () => {
    const [a, b] = [
      [1, 2, 2, 5, 9],
      [0, 2, 3, 3],
    ] as const
    const countsOf = (values: readonly number[]) =>
      Array.from({ length: 10 }, (_, value) => values.filter((one) => one === value).length)
    const found = cliffsDeltaOfCounts(countsOf(a), countsOf(b))
    const ofValues = cliffsDelta(a, b)
    expect(ofValues.ok && ofValues.delta).toBeCloseTo(0.2, 12)
    // By hand: 11 pairs where a is above, 7 below, of 20.
    expect(found).toEqual({ ok: true, delta: expect.closeTo(0.2, 12) })
    expect(cliffsDeltaOfCounts([0, 0], [1, 2]).ok).toBe(false)
  })
})

describe('log-odds with a prior', () => {
  it('follow the formula, and draw rare words towards no difference', () => {
    // Worked by hand with a prior of 10 words: 30 and 10 of 100 and 100.
    const [z] = logOddsZ([30, 70], [10, 90], 10)
    const [inA, inB] = [30 + 10 * 0.2, 10 + 10 * 0.2]
    const delta = Math.log(inA / (110 - inA)) - Math.log(inB / (110 - inB))
    expect(z).toBeCloseTo(delta / Math.sqrt(1 / inA + 1 / inB), 12)
    const [often, rare] = logOddsZ([300, 3, 697], [100, 1, 899], 1000)
    expect(often).toBeGreaterThan(5)
    expect(rare).toBeLessThan(1)
  })
})
