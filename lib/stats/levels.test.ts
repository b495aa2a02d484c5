import { describe, expect, it } from 'vitest'
import { chiSquareCounts, crossTable, orderedTrend, stuartMaxwell, totalVariation } from './levels'

const M = [
  [20, 10, 5],
  [3, 30, 15],
  [0, 5, 12],
]

function value<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { ok: true }>
}

describe('levels', () => {
  it('ordered trend', () => {
    const t = value(orderedTrend(M))
    expect(t.z).toBeCloseTo(3.708735226615, 11)
    expect(t.p).toBeCloseTo(0.0002082971, 11)
    expect(t.meanShift).toBeCloseTo(0.27, 12)
  })

  it('Stuart-Maxwell', () => {
    const s = value(stuartMaxwell(M))
    expect(s.chi2).toBeCloseTo(13.764705882353, 11)
    expect(s.df).toBe(2)
    expect(s.p).toBeCloseTo(0.001025727727, 11)
  })

  it('Stuart-Maxwell drops levels empty on both sides', () => {
    const wide = [
      [20, 10, 0, 5],
      [3, 30, 0, 15],
      [0, 0, 0, 0],
      [0, 5, 0, 12],
    ]
    expect(value(stuartMaxwell(wide)).chi2).toBeCloseTo(13.764705882353, 11)
  })

  it('chi-square and total variation of counts', () => {
    const a = [10, 20, 30, 25, 15]
    const b = [20, 30, 30, 15, 5]
    const c = value(chiSquareCounts(a, b))
    expect(c.chi2).toBeCloseTo(12.833333333333, 11)
    expect(c.df).toBe(4)
    expect(c.p).toBeCloseTo(0.012119531591, 11)
    expect(c.cramersV).toBeCloseTo(0.25331140256, 11)
    expect(value(totalVariation(a, b)).tv).toBeCloseTo(0.2, 12)
    const padded = value(chiSquareCounts([0, ...a], [0, ...b]))
    expect(padded).toEqual(c)
    expect(value(chiSquareCounts([5, 7, 9, 0], [2, 9, 1, 4])).p).toBeCloseTo(
      0.00944009528576739,
      12,
    )
  })

  it('builds the table of two aligned columns', () => {
    expect(crossTable([1, 2, 2], [1, 1, 2], 2)).toEqual([
      [1, 0],
      [1, 1],
    ])
  })

  it('names why a statistic is missing', () => {
    const same = [
      [4, 0],
      [0, 3],
    ]
    expect(orderedTrend(same)).toEqual({ ok: false, reason: 'all_ties' })
    expect(stuartMaxwell(same)).toEqual({ ok: false, reason: 'all_ties' })
    expect(stuartMaxwell([[0]])).toEqual({ ok: false, reason: 'n_too_small' })
    expect(totalVariation([0, 0], [1, 2])).toEqual({ ok: false, reason: 'n_too_small' })
    expect(chiSquareCounts([0], [2])).toEqual({ ok: false, reason: 'n_too_small' })
    expect(chiSquareCounts([3, 0], [2, 0])).toEqual({ ok: false, reason: 'constant' })
  })
})
