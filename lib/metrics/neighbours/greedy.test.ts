import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIX_VECTORS } from '../sets/example-vectors'
import { facilityOrder, farthestFirst } from './greedy'

const step = () => Promise.resolve()
const setOf = (rows: number[][]) => ({
  matrix: Float64Array.from(rows.flat()),
  n: rows.length,
  d: rows[0]?.length ?? 0,
})
const distance = (a: number[], b: number[]) => Math.hypot(...a.map((x, k) => x - (b[k] as number)))

/** Sum of cosines to the most similar taken row, from -1. */
function covered(rows: number[][], taken: number[]): number {
  const unit = rows.map((row) => row.map((x) => x / Math.hypot(...row)))
  const cosine = (i: number, j: number) =>
    (unit[i] as number[]).reduce((sum, x, k) => sum + x * ((unit[j] as number[])[k] as number), 0)
  return unit.reduce((sum, _, i) => sum + Math.max(-1, ...taken.map((j) => cosine(i, j))), 0)
}

// Away from zero, which has no direction.
const vectors = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 14,
})

describe('greedy coverage', () => {
  it('takes the farthest first: numbers of the reference', async () => {
    const { order, gains } = await farthestFirst(SIX_VECTORS, 4, 0, step)
    expect(order).toEqual([0, 2, 4, 1])
    expect(gains.slice(1).map((gain) => gain.toFixed(8))).toEqual([
      '1.41421356',
      '1.41421356',
      '0.63245553',
    ])
  })

  it('gives rows that are apart and leaves none that is farther away', async () => {
    await fc.assert(
      fc.asyncProperty(vectors, fc.integer({ min: 1, max: 14 }), async (rows, k) => {
        const { order, gains } = await farthestFirst(setOf(rows), k, 0, step)
        expect(new Set(order).size).toBe(Math.min(k, rows.length))
        const last = gains.length > 1 ? (gains.at(-1) as number) : Infinity
        order.forEach((i, a) =>
          order
            .slice(0, a)
            .forEach((j) =>
              expect(distance(rows[i] as number[], rows[j] as number[])).toBeGreaterThanOrEqual(
                last - 1e-9,
              ),
            ),
        )
        for (const row of rows) {
          const nearest = Math.min(...order.map((j) => distance(row, rows[j] as number[])))
          expect(nearest).toBeLessThanOrEqual(last + 1e-9)
        }
      }),
    )
  })

  it('takes by facility location what looking at every row would', async () => {
    await fc.assert(
      fc.asyncProperty(vectors, fc.integer({ min: 1, max: 14 }), async (rows, k) => {
        const found = await facilityOrder(setOf(rows), k, step)
        const { order, gains } = found as NonNullable<typeof found>
        expect(new Set(order).size).toBe(Math.min(k, rows.length))
        order.forEach((_, at) => {
          const before = order.slice(0, at)
          const from = covered(rows, before)
          const most = Math.max(...rows.map((__, j) => covered(rows, [...before, j]) - from))
          expect(gains[at]).toBeCloseTo(most, 9)
        })
      }),
    )
    expect(await facilityOrder(setOf([[0, 0]]), 1, step)).toBeNull()
  })

  it('stops when told to', async () => {
    const stop = () => Promise.reject(new Error('stopped'))
    await expect(facilityOrder(SIX_VECTORS, 3, stop)).rejects.toThrow('stopped')
    await expect(farthestFirst(SIX_VECTORS, 3, 0, stop)).rejects.toThrow('stopped')
  })
})
