import { describe, expect, it } from 'vitest'
import { gaussianKde, kdeBinned, kdeDirect, linspace, scottBandwidth } from './kde'
import { createRandom } from './random'

const DIRECT = { factor: 1, direct: true }

describe('gaussianKde', () => {
  it('reproduces the worked example', () => {
    const result = gaussianKde([0.2, 0.5, 0.9], Float64Array.of(0, 0.5, 0.99), DIRECT)
    if (!result.ok) throw new Error(result.reason)
    expect(result.bandwidth).toBeCloseTo(0.281913571591, 11)
    expect(result.density[0]).toBeCloseTo(0.467508420577, 11)
    expect(result.density[1]).toBeCloseTo(0.911871602624, 11)
    expect(result.density[2]).toBeCloseTo(0.56172095592, 11)
  })

  it('equals scipy.stats.gaussian_kde', () => {
    const values = [0.1, 0.4, 0.4, 0.7, 2, 3.5, 3.5, 9]
    const result = gaussianKde(values, Float64Array.of(0, 1, 2.5, 9.5), DIRECT)
    if (!result.ok) throw new Error(result.reason)
    const expected = [
      0.12427014559929295, 0.1411292448782711, 0.1265816164788918, 0.0250384771982564,
    ]
    expected.forEach((f, i) => expect(result.density[i]).toBeCloseTo(f, 12))
  })

  it('has no value for fewer than two or equal values', () => {
    const grid = linspace(0, 1, 3)
    expect(gaussianKde([0.5], grid, DIRECT)).toEqual({ ok: false, reason: 'n_too_small' })
    expect(gaussianKde([0.5, 0.5, 0.5], grid, DIRECT)).toEqual({ ok: false, reason: 'constant' })
  })

  it('bins many values within 1e-3 of the maximum of the direct sum', () => {
    const random = createRandom(7)
    const shapes: ((u: number) => number)[] = [
      (u) => u,
      (u) => u ** 8,
      (u) => (u < 0.5 ? 0.001 * u : 1 - 0.001 * u),
      (u) => 50 / (u + 1e-4),
    ]
    for (const shape of shapes) {
      const values = Float64Array.from({ length: 6000 }, () => shape(random.next()))
      const grid = linspace(0, 0.99, 200)
      const bandwidth = scottBandwidth(values)
      const direct = kdeDirect(values, grid, bandwidth)
      const binned = kdeBinned(values, grid, bandwidth)
      if (binned === null) throw new Error('no bins')
      const top = Math.max(...direct)
      binned.forEach((f, i) => expect(Math.abs(f - (direct[i] as number))).toBeLessThan(1e-3 * top))
    }
  })

  it('sums directly or over bins as asked, with the bandwidth times its factor', () => {
    const random = createRandom(7)
    const values = Float64Array.from({ length: 600 }, random.next)
    const grid = linspace(0, 1, 50)
    const bandwidth = 2 * scottBandwidth(values)
    for (const direct of [true, false]) {
      const sum = direct ? kdeDirect : kdeBinned
      const density = sum(values, grid, bandwidth)
      expect(gaussianKde(values, grid, { factor: 2, direct })).toEqual({
        ok: true,
        bandwidth,
        density,
      })
    }
  })

  it('sums directly where bins do not fit', () => {
    const grid = linspace(0, 1e6, 10)
    const result = gaussianKde([0, 1e-9], grid, { factor: 1, direct: false })
    expect(result).toMatchObject({ ok: true })
  })

  it('refuses to bin a grid that is far too wide', () => {
    expect(kdeBinned([0, 1e-9], linspace(0, 1e6, 10), 1e-9)).toBeNull()
  })
})
