import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argMax, logSumExp, topIds } from './logsumexp'

function exact(values: Float32Array): number {
  const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

const logits = fc
  .array(fc.float({ min: -80, max: 80, noNaN: true, noDefaultInfinity: true }), {
    minLength: 1,
    maxLength: 300,
  })
  .map((values) => Float32Array.from(values))

describe('log-sum-exp', () => {
  it('agrees with the plain float64 sum', () => {
    fc.assert(
      fc.property(logits, (values) => {
        expect(Math.abs(logSumExp(values, 0, values.length) - exact(values))).toBeLessThan(2e-6)
      }),
    )
  })

  it('agrees on a vocabulary of equal logits, where every error adds up', () => {
    for (const gap of [0, 0.25, 0.5, 0.999, 7.3]) {
      const values = new Float32Array(49_152).fill(-gap)
      values[7] = 0
      expect(Math.abs(logSumExp(values, 0, values.length) - exact(values))).toBeLessThan(2e-6)
    }
  })

  it('reads only its own row', () => {
    const two = Float32Array.of(50, 60, 1, 2, 3)
    expect(logSumExp(two, 2, 3)).toBeCloseTo(exact(Float32Array.of(1, 2, 3)), 6)
  })

  it('ignores minus infinity and passes non-finite tops on', () => {
    expect(logSumExp(Float32Array.of(-Infinity, 0), 0, 2)).toBeCloseTo(0, 6)
    expect(logSumExp(Float32Array.of(Infinity, 0), 0, 2)).toBe(Infinity)
  })
})

describe('largest logits', () => {
  it('takes the first of equals', () => {
    expect(argMax(Float32Array.of(1, 3, 3, 2))).toBe(1)
  })

  it('lists the largest as a full sort would', () => {
    fc.assert(
      fc.property(logits, fc.integer({ min: 0, max: 20 }), (values, count) => {
        const order = Array.from(values.keys()).sort(
          (a, b) => (values[b] as number) - (values[a] as number) || a - b,
        )
        expect(topIds(values, count)).toEqual(order.slice(0, count))
      }),
    )
  })
})
