import { describe, expect, it } from 'vitest'
import { aggregate, mean, median, quantiles, sampleStd } from './summary'

const VALUES = [0.7, 0.1, 3.5, 0.4, 9, 0.4, 2, 3.5]

describe('summaries', () => {
  it('equals numpy quantiles with linear interpolation', () => {
    const expected = [0.1, 0.205, 0.4, 1.35, 3.5, 7.075, 9]
    quantiles(VALUES, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]).forEach((q, i) => {
      expect(q).toBeCloseTo(expected[i] as number, 12)
    })
    expect(median([3])).toBe(3)
    expect(median([])).toBeNaN()
  })

  it('has mean and sample deviation', () => {
    expect(mean([1, 2, 6])).toBe(3)
    expect(mean([])).toBeNaN()
    expect(sampleStd(VALUES)).toBeCloseTo(2.9832867780352594, 12)
    expect(sampleStd([1])).toBeNaN()
  })

  it('aggregates a column by its status bytes', () => {
    const names = ['not_run', 'ok', 'repaired', 'error']
    const reader = {
      carriesValue: (code: number) => code === 1 || code === 2,
      name: (code: number) => names[code] as string,
    }
    const result = aggregate([1, NaN, 3, 0, 8], [1, 3, 2, 3, 1], reader)
    expect(result).toMatchObject({ n: 5, nValid: 3, mean: 4, median: 3, min: 1, max: 8 })
    expect(result.statuses).toEqual({ ok: 2, repaired: 1, error: 2 })
    expect(result.reasons).toEqual({ error: 2 })
    expect(result.quantiles['0.25']).toBe(2)
    const none = aggregate([0, 0], [0, 3], reader)
    expect(none).toMatchObject({ n: 2, nValid: 0, mean: null, median: null, quantiles: {} })
  })

  it('means the three worked ratios, not their token-weighted or pooled versions', () => {
    const reader = { carriesValue: () => true, name: () => 'ok' }
    const result = aggregate([0.9375, 0.6, 1.25], [1, 1, 1], reader)
    expect(result.mean).toBeCloseTo(0.929166666667, 11)
    expect(result.median).toBe(0.9375)
  })
})
