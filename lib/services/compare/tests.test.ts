import { describe, expect, it } from 'vitest'
import { pairedBootstrap } from '@/lib/stats/intervals'
import { createRandom } from '@/lib/stats/random'
import { affordableResamples, BOOTSTRAP_SEED, stratifiedBootstrap } from './bootstrap'
import { pairSlots } from './slots'
import { differenceHistogram, levelTests, pairedTests, PFamily, unpairedTests } from './tests'

const SMALL = Float64Array.from([3, 5, 2, 8, 6, 7, 4, 9, 1, 5])
const LARGE = Float64Array.from([1, 4, 2, 6, 7, 3, 4, 5, 2, 1])

describe('pairedTests', () => {
  it('reproduces the worked example', async () => {
    const family = new PFamily()
    const result = await pairedTests(SMALL, LARGE, family, true)
    expect(result).toMatchObject({ n: 10, meanDifference: 1.5, aHigher: 6, bHigher: 2, ties: 2 })
    if (!result.wilcoxon.ok || !result.sign.ok || !result.cliff.ok) throw new Error('no value')
    expect(result.wilcoxon.z).toBeCloseTo(-1.982378511133, 9)
    expect(result.wilcoxon.p).toBeCloseTo(0.047436892825, 9)
    expect(result.wilcoxon.effect).toBeCloseTo(0.777777777778, 9)
    expect(result.sign.p).toBeCloseTo(0.2890625, 9)
    expect(result.sign.dominance).toBeCloseTo(0.4, 9)
    expect(result.cliff.delta).toBeCloseTo(0.35, 9)
    expect(family.correct()).toBe(2)
    expect(result.wilcoxon.pHolm).toBeCloseTo(2 * 0.047436892825, 9)
    expect(result.sign.pHolm).toBeCloseTo(0.2890625, 9)
  })

  it('gives reasons instead of numbers without pairs and for equal sides', async () => {
    const none = await pairedTests(new Float64Array(0), new Float64Array(0), new PFamily(), true)
    expect(none).toMatchObject({
      n: 0,
      meanA: null,
      meanDifference: null,
      wilcoxon: { ok: false, reason: 'n_too_small' },
      histogram: null,
    })
    const family = new PFamily()
    const equal = await pairedTests(SMALL, SMALL, family, true)
    expect(equal.wilcoxon).toEqual({ ok: false, reason: 'all_ties' })
    expect(equal.sign).toEqual({ ok: false, reason: 'all_ties' })
    expect(family.correct()).toBe(0)
  })
})

describe('levelTests', () => {
  it('counts A to the right of B as A higher and reproduces the worked table', () => {
    const table = [
      [20, 10, 5],
      [3, 30, 15],
      [0, 5, 12],
    ]
    const a: number[] = []
    const b: number[] = []
    table.forEach((row, i) =>
      row.forEach((count, j) => {
        for (let n = 0; n < count; n += 1) {
          b.push(i + 1)
          a.push(j + 1)
        }
      }),
    )
    const family = new PFamily()
    const result = levelTests(
      Float64Array.from(a),
      Float64Array.from(b),
      ['x', 'y', 'z'],
      2,
      family,
    )
    expect(result.matrix).toEqual(table)
    expect(result.countsB).toEqual([35, 48, 17])
    if (!result.trend.ok || !result.homogeneity.ok) throw new Error('no value')
    expect(result.trend.z).toBeCloseTo(3.708735226615, 9)
    expect(result.trend.p).toBeCloseTo(0.0002082971, 9)
    expect(result.trend.meanShift).toBeCloseTo(0.27, 9)
    expect(result.homogeneity.chi2).toBeCloseTo(13.764705882353, 9)
    // A reaches y or z where B does not: 10 + 5; the other way 3 + 0.
    expect(result.mcnemar).toMatchObject({ threshold: 'y', onlyA: 15, onlyB: 3 })
    expect(family.correct()).toBe(3)
  })
})

describe('unpairedTests', () => {
  it('reproduces the worked example and the level counts', async () => {
    const result = await unpairedTests(SMALL, LARGE, null, new PFamily())
    if (!result.mannWhitney.ok || !result.ks.ok) throw new Error('no value')
    expect(result.mannWhitney.u).toBe(67.5)
    expect(result.mannWhitney.p).toBeCloseTo(0.195541832749, 9)
    expect(result.ks.p).toBeCloseTo(0.75909783842, 9)
    const levels = (counts: number[]) =>
      Float64Array.from(counts.flatMap((count, l) => Array.from({ length: count }, () => l + 1)))
    const named = await unpairedTests(
      levels([10, 20, 30, 25, 15]),
      levels([20, 30, 30, 15, 5]),
      ['1', '2', '3', '4', '5'],
      new PFamily(),
    )
    if (!named.levels?.chiSquare.ok) throw new Error('no value')
    expect(named.levels.chiSquare.chi2).toBeCloseTo(12.833333333333, 9)
    expect(named.levels.totalVariation).toBeCloseTo(0.2, 12)
  })
})

describe('stratifiedBootstrap', () => {
  const differences = Float64Array.from([2, 1, 0, 2, -1, 4, 0, 4, -1, 4])

  it('equals the plain bootstrap when there is one stratum', async () => {
    const plain = pairedBootstrap(differences, { resamples: 500, seed: BOOTSTRAP_SEED })
    const here = await stratifiedBootstrap([differences], { resamples: 500 })
    if (!plain.ok) throw new Error('no value')
    const { low, high } = plain
    expect(here).toMatchObject({ ok: true, resamples: 500, strata: 1, low, high })
  })

  it('resamples each stratum for itself', async () => {
    // Constant within strata: every resample has the same mean, which pooling would not give.
    const result = await stratifiedBootstrap(
      [Float64Array.from([5, 5]), Float64Array.from([1, 1, 1])],
      {
        resamples: 50,
      },
    )
    expect(result).toMatchObject({ ok: true, low: 13 / 5, high: 13 / 5, strata: 2 })
  })

  it('says how many resamples the budget allowed, and gives none a reason', async () => {
    expect(affordableResamples(10_000, 10_000)).toBe(10_000)
    expect(affordableResamples(50_000, 10_000)).toBe(2000)
    const result = await stratifiedBootstrap([differences], { resamples: 1000, budget: 2000 })
    expect(result).toMatchObject({ resamples: 200, wanted: 1000 })
    expect(await stratifiedBootstrap([])).toEqual({ ok: false, reason: 'n_too_small' })
  })

  it('lets other work run in between and stops when aborted', async () => {
    const random = createRandom(1)
    const many = Float64Array.from({ length: 20_000 }, () => random.next())
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    await stratifiedBootstrap([many], { resamples: 200 })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    await expect(
      stratifiedBootstrap([many], { resamples: 100_000, signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/i)
  })
})

describe('differenceHistogram', () => {
  it('is symmetric around 0 and keeps every difference', () => {
    const result = differenceHistogram(Float64Array.from([-2, -0.01, 0, 0, 0.01, 2, 2]))
    if (!result) throw new Error('no value')
    expect(result.counts.reduce((sum, count) => sum + count, 0)).toBe(7)
    expect(result.counts[15]).toBe(4)
    expect(result.edges[0]).toBeCloseTo(-2, 12)
    expect(differenceHistogram(Float64Array.from([0, 0]))?.counts[15]).toBe(2)
  })
})

describe('pairSlots', () => {
  it('meets at slots, leaves rows without one, and sets doubles aside', () => {
    const pairs = pairSlots(Int32Array.from([4, -1, 2, 2, 0]), Int32Array.from([0, 2, 9]))
    expect([...pairs.slots]).toEqual([0, 2])
    expect([...pairs.rowsA]).toEqual([4, 2])
    expect([...pairs.rowsB]).toEqual([0, 1])
    expect(pairs.shared).toBe(1)
  })
})
