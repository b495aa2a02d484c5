import { describe, expect, it } from 'vitest'
import { gaussianKde, kernelSum, linspace, scottBandwidth } from './kde'
import { createRandom } from './random'

/** The definition, term by term. */
function slowSum(values: Float64Array, grid: Float64Array, bandwidth: number): Float64Array {
  const scale = 1 / (values.length * bandwidth * Math.sqrt(2 * Math.PI))
  return grid.map((point) =>
    values.reduce(
      (sum, value) => sum + scale * Math.exp(-0.5 * ((point - value) / bandwidth) ** 2),
      0,
    ),
  )
}

describe('gaussianKde', () => {
  it('reproduces the worked example', () => {
    const result = gaussianKde([0.2, 0.5, 0.9], Float64Array.of(0, 0.5, 0.99), 1)
    if (!result.ok) throw new Error(result.reason)
    expect(result.bandwidth).toBeCloseTo(0.281913571591, 11)
    expect(result.density[0]).toBeCloseTo(0.467508420577, 11)
    expect(result.density[1]).toBeCloseTo(0.911871602624, 11)
    expect(result.density[2]).toBeCloseTo(0.56172095592, 11)
  })

  it('equals scipy.stats.gaussian_kde', () => {
    const values = [0.1, 0.4, 0.4, 0.7, 2, 3.5, 3.5, 9]
    const result = gaussianKde(values, Float64Array.of(0, 1, 2.5, 9.5), 1)
    if (!result.ok) throw new Error(result.reason)
    const expected = [
      0.12427014559929295, 0.1411292448782711, 0.1265816164788918, 0.0250384771982564,
    ]
    expected.forEach((f, i) => expect(result.density[i]).toBeCloseTo(f, 12))
  })

  it('has no value for fewer than two or equal values', () => {
    const grid = linspace(0, 1, 3)
    expect(gaussianKde([0.5], grid, 1)).toEqual({ ok: false, reason: 'n_too_small' })
    expect(gaussianKde([0.5, 0.5, 0.5], grid, 1)).toEqual({ ok: false, reason: 'constant' })
  })

  it('takes the bandwidth times its factor', () => {
    const values = [0.2, 0.5, 0.9]
    expect(gaussianKde(values, linspace(0, 1, 3), 2)).toMatchObject({
      bandwidth: 2 * scottBandwidth(values),
    })
  })
})

describe('kernelSum', () => {
  const random = createRandom(7)
  const shapes: Record<string, (u: number) => number> = {
    'even values': (u) => u,
    'values crowded at 0': (u) => u ** 8,
    'two heaps': (u) => (u < 0.5 ? 0.001 * u : 1 - 0.001 * u),
    'a long tail': (u) => 50 / (u + 1e-4),
    ties: (u) => Math.floor(5 * u),
  }

  it.each(Object.entries(shapes))('of %s is the sum by the definition to 1e-12', (_, shape) => {
    const values = Float64Array.from({ length: 6000 }, () => shape(random.next()))
    const grid = linspace(0, 0.99, 200)
    for (const factor of [0.25, 1, 3]) {
      const bandwidth = factor * scottBandwidth(values)
      const slow = slowSum(values, grid, bandwidth)
      const top = Math.max(...slow)
      const fast = kernelSum(values, grid, bandwidth)
      const worst = fast.reduce(
        (most, f, i) => Math.max(most, Math.abs(f - (slow[i] as number))),
        0,
      )
      expect(worst / top).toBeLessThan(1e-12)
    }
  })

  it('is 0 where the grid lies beyond the reach of every value, however wide it is', () => {
    expect([...kernelSum([0, 1e-9], linspace(1, 1e6, 3), 1e-9)]).toEqual([0, 0, 0])
    const both = kernelSum([0, 1e-9], linspace(0, 1e6, 10), 1e-9)
    expect(both[0]).toBeGreaterThan(1e8)
    expect(both[1]).toBe(0)
  })
})
