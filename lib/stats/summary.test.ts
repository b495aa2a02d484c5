import { describe, expect, it } from 'vitest'
import { sortAscending } from './sort'
import { mean, quantileSorted, sampleStd } from './summary'

const sorted = (values: number[]) => sortAscending(Float64Array.from(values))
const median = (values: number[]) => quantileSorted(sorted(values), 0.5)

const VALUES = [0.7, 0.1, 3.5, 0.4, 9, 0.4, 2, 3.5]

describe('summaries', () => {
  it('equals numpy quantiles with linear interpolation', () => {
    const expected = [0.1, 0.205, 0.4, 1.35, 3.5, 7.075, 9]
    ;[0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].forEach((q, i) => {
      expect(quantileSorted(sorted(VALUES), q)).toBeCloseTo(expected[i] as number, 12)
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

  it('means the three worked ratios, not their token-weighted or pooled versions', () => {
    const ratios = [0.9375, 0.6, 1.25]
    expect(mean(ratios)).toBeCloseTo(0.929166666667, 11)
    expect(median(ratios)).toBe(0.9375)
  })
})
