import { describe, expect, it } from 'vitest'
import { lengthControlled } from './length-controlled'
import { createRandom } from './random'

/** Outcomes whose log-odds are a + b tanh(d / 100), and the differences d. */
function drawn(a: number, b: number, n: number) {
  const random = createRandom(4)
  const differences = Array.from({ length: n }, () => (random.next() - 0.3) * 600)
  const outcomes = differences.map((d): number => {
    const p = 1 / (1 + Math.exp(-(a + b * Math.tanh(d / 170))))
    return random.next() < p ? 1 : 0
  })
  return { outcomes, differences }
}

describe('length-controlled win rate', () => {
  it('is the plain rate where length says nothing', () => {
    const outcomes = [1, 1, 0.5, 0, 1, 1, 0.5, 0]
    const differences = [5, 3, 1, 9, -5, -3, -1, -9]
    const found = lengthControlled(outcomes, differences)
    expect(found.ok && found.rate).toBeCloseTo(5 / 8, 10)
    expect(found.ok && found.slope).toBeCloseTo(0, 10)
  })

  it('takes away what length alone explains', () => {
    // Equal sides, of which the longer one is preferred; the first is longer more often.
    const { outcomes, differences } = drawn(0, 2, 4000)
    const plain = outcomes.reduce((sum, one) => sum + one, 0) / outcomes.length
    const found = lengthControlled(outcomes, differences)
    if (!found.ok) throw new Error(found.reason)
    expect(plain).toBeGreaterThan(0.6)
    expect(found.low).toBeLessThan(0.5)
    expect(found.high).toBeGreaterThan(0.5)
    expect(found.high - found.low).toBeLessThan(0.1)
    // Swapping the sides swaps the rate.
    const swapped = lengthControlled(
      outcomes.map((one) => 1 - one),
      differences.map((one) => -one),
    )
    expect(swapped.ok && swapped.rate).toBeCloseTo(1 - found.rate, 9)
  })

  it('has a reason where it does not exist', () => {
    const reason = (outcomes: number[], differences: number[]) => {
      const found = lengthControlled(outcomes, differences)
      return found.ok ? null : found.reason
    }
    expect(reason([1, 0], [1, 2])).toBe('n_too_small')
    expect(reason([1, 0, 1], [7, 7, 7])).toBe('constant')
    expect(reason([1, 1, 0, 0], [4, 3, -3, -4])).toBe('zero_denominator')
    expect(reason([1, 1, 1, 1], [4, 3, -3, -4])).toBe('zero_denominator')
  })
})
