import { describe, expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import { RowLogSumExp } from './simd-logsumexp'

function exact(row: ArrayLike<number>): number {
  const values = Array.from(row)
  const top = Math.max(...values)
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

describe('RowLogSumExp', () => {
  it('agrees with float64 at every length, spread and place', () => {
    const random = createRandom(7).next
    for (const length of [1, 2, 3, 4, 5, 31, 1_000, 49_152]) {
      for (const spread of [1e-3, 1, 30, 300]) {
        const logits = Float32Array.from({ length: 2 * length }, () => (random() - 0.7) * spread)
        const sums = new RowLogSumExp(length)
        for (const offset of [0, length]) {
          const row = logits.subarray(offset, offset + length)
          expect(Math.abs(sums.of(logits, offset) - exact(row))).toBeLessThan(5e-7)
        }
      }
    }
  })

  it('counts equal terms: the sum of n equal ones is their logarithm', () => {
    const length = 50_000
    const sums = new RowLogSumExp(length)
    expect(sums.of(new Float32Array(length).fill(-12.5), 0)).toBeCloseTo(
      -12.5 + Math.log(length),
      6,
    )
  })

  it('gives masked entries no weight and hides no broken one', () => {
    const sums = new RowLogSumExp(5)
    const masked = Float32Array.of(-Infinity, 1, -Infinity, 1, -Infinity)
    expect(sums.of(masked, 0)).toBeCloseTo(1 + Math.LN2, 6)
    expect(sums.of(Float32Array.of(1, 2, Number.NaN, 3, 4), 0)).toBeNaN()
    expect(sums.of(Float32Array.of(1, Infinity, 0, 3, 4), 0)).toBe(Infinity)
  })
})
