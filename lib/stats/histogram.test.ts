import { describe, expect, it } from 'vitest'
import { histogram, uniformEdges } from './histogram'

const unitEdges = uniformEdges(0, 0.01, 100)

describe('histogram', () => {
  it('gives the worked heights of the neighbour-distance figure', () => {
    const result = histogram([0.05, 0.055, 0.4, 0.4, 1.3], unitEdges)
    result.density.forEach((height, bin) => {
      expect(height).toBeCloseTo(bin === 5 || bin === 40 ? 50 : 0, 9)
    })
    expect(result).toMatchObject({ nInRange: 4, nAbove: 1, nBelow: 0 })
  })

  it('compares with the edges: every edge opens its own bin', () => {
    const { counts } = histogram(unitEdges, unitEdges)
    expect([...counts]).toEqual(Array.from({ length: 100 }, (_, b) => (b === 99 ? 2 : 1)))
  })

  it('counts values outside, and leaves NaN out', () => {
    const result = histogram([-1, 0, 2, 3, NaN], uniformEdges(0, 1, 2))
    expect([...result.counts]).toEqual([1, 1])
    expect(result).toMatchObject({ nBelow: 1, nAbove: 1, nInRange: 2 })
  })

  it('is all zero without values', () => {
    expect([...histogram([], uniformEdges(0, 1, 2)).density]).toEqual([0, 0])
  })
})
