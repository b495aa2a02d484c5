import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import wabt from 'wabt'
import { MODULE_BASE64, RowLogSumExp } from './simd-logsumexp'

function exact(row: ArrayLike<number>): number {
  const values = Array.from(row)
  const top = Math.max(...values)
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

describe('RowLogSumExp', () => {
  it('runs what its source says', async () => {
    const file = 'simd-logsumexp.wat'
    const source = readFileSync(path.join(import.meta.dirname, file), 'utf8')
    const module = (await wabt()).parseWat(file, source, { simd: true })
    module.validate()
    const assembled = Buffer.from(module.toBinary({}).buffer).toString('base64')
    expect(MODULE_BASE64).toBe(assembled)
  })

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
