import { describe, expect, it } from 'vitest'
import { pairedBootstrap } from '@/lib/stats/intervals'
import { createRandom } from '@/lib/stats/random'
import golden from '@/lib/stats/golden/fixtures/golden.json'
import { BOOTSTRAP_SEED, clusteredIntervals } from './bootstrap'
import { pairSlots } from './slots'
import { differenceHistogram, levelTests, pairedTests, PFamily, unpairedTests } from './tests'

const SMALL = Float64Array.from([3, 5, 2, 8, 6, 7, 4, 9, 1, 5])
const LARGE = Float64Array.from([1, 4, 2, 6, 7, 3, 4, 5, 2, 1])

/** Pairs of which each has a seed of its own. */
function alone(a: Float64Array, b: Float64Array) {
  return { a, b, seeds: Int32Array.from(a.keys()), pairs: Int32Array.from(a.keys()) }
}

describe('pairedTests', () => {
  it('reproduces the worked example', async () => {
    const family = new PFamily()
    const result = await pairedTests(alone(SMALL, LARGE), family, true)
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
    const none = await pairedTests(
      alone(new Float64Array(0), new Float64Array(0)),
      new PFamily(),
      true,
    )
    expect(none).toMatchObject({
      n: 0,
      meanA: null,
      meanDifference: null,
      wilcoxon: { ok: false, reason: 'n_too_small' },
      histogram: null,
    })
    const family = new PFamily()
    const equal = await pairedTests(alone(SMALL, SMALL), family, true)
    expect(equal.wilcoxon).toEqual({ ok: false, reason: 'all_ties' })
    expect(equal.sign).toEqual({ ok: false, reason: 'all_ties' })
    expect(family.correct()).toBe(0)
  })
})

describe('the seed as unit', () => {
  const twice = (values: Float64Array) =>
    Float64Array.from(values.length === 0 ? [] : [...values].flatMap((value) => [value, value]))
  const doubled = (a: Float64Array, b: Float64Array) => ({
    a: twice(a),
    b: twice(b),
    seeds: Int32Array.from({ length: 2 * a.length }, (_, i) => Math.floor(i / 2)),
  })

  it('makes no test stronger by copies of rows', async () => {
    const [once, copies] = [new PFamily(), new PFamily()]
    const one = await pairedTests(alone(SMALL, LARGE), once, true)
    const two = await pairedTests(doubled(SMALL, LARGE), copies, true)
    expect(two).toMatchObject({
      n: 20,
      seeds: 10,
      aHigher: 12,
      wilcoxon: one.wilcoxon,
      sign: one.sign,
    })
    const a = Float64Array.from([1, 2, 3, 3, 2, 1, 3, 2, 2, 1])
    const b = Float64Array.from([1, 1, 3, 2, 1, 2, 1, 2, 1, 1])
    const names = ['x', 'y', 'z']
    const alike = levelTests(alone(a, b), names, 2, once)
    const more = levelTests(doubled(a, b), names, 2, copies)
    expect(more.trend).toEqual(alike.trend)
    expect(more.homogeneity).toEqual(alike.homogeneity)
    expect(more.mcnemar.test).toEqual(alike.mcnemar.test)
    expect(more.mcnemar.onlyA).toBe(2 * alike.mcnemar.onlyA)
  })

  it('leaves two levels to McNemar alone', () => {
    const family = new PFamily()
    const a = Float64Array.from([2, 2, 2, 1])
    const result = levelTests(alone(a, Float64Array.from([1, 1, 2, 2])), ['no', 'yes'], 2, family)
    expect(result).toMatchObject({
      trend: { reason: 'two_levels' },
      homogeneity: { reason: 'two_levels' },
      mcnemar: { onlyA: 2, onlyB: 1, test: { ok: true, p: 1 } },
    })
    expect(family.correct()).toBe(1)
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
      alone(Float64Array.from(a), Float64Array.from(b)),
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
    const alone = (values: Float64Array) => ({
      values,
      clusters: Int32Array.from(values, (_, i) => i),
    })
    const result = await unpairedTests(alone(SMALL), alone(LARGE), null, new PFamily())
    if (!result.mannWhitney.ok || !result.ks.ok) throw new Error('no value')
    expect(result.mannWhitney.u).toBe(67.5)
    expect(result.mannWhitney.p).toBeCloseTo(0.195541832749, 9)
    expect(result.ks.p).toBeCloseTo(0.75909783842, 9)
    const levels = (counts: number[]) =>
      Float64Array.from(counts.flatMap((count, l) => Array.from({ length: count }, () => l + 1)))
    const named = await unpairedTests(
      alone(levels([10, 20, 30, 25, 15])),
      alone(levels([20, 30, 30, 15, 5])),
      ['1', '2', '3', '4', '5'],
      new PFamily(),
    )
    if (!named.levels?.chiSquare.ok) throw new Error('no value')
    expect(named.levels.chiSquare.chi2).toBeCloseTo(12.833333333333, 9)
    expect(named.levels.totalVariation).toBeCloseTo(0.2, 12)
  })
})

describe('clusteredIntervals', () => {
  const differences = Float64Array.from([2, 1, 0, 2, -1, 4, 0, 4, -1, 4])
  const ones = (n: number) => new Float64Array(n).fill(1)

  it('equal the plain bootstrap when every seed has one pair', async () => {
    const plain = pairedBootstrap(differences, { resamples: 500, seed: BOOTSTRAP_SEED })
    const metric = { sums: differences, counts: ones(10) }
    const [here] = await clusteredIntervals([10], [metric], { resamples: 500 })
    if (!plain.ok || !here?.ok) throw new Error('no value')
    expect(here).toMatchObject({ resamples: 500, strata: 1, seeds: 10, method: 'multinomial' })
    expect(here.low).toBeCloseTo(plain.low, 12)
    expect(here.high).toBeCloseTo(plain.high, 12)
  })

  it('equal numpy with the same resamples, several pairs a seed and gaps included', async () => {
    const { strata, resamples, seed, columns, multinomial } = golden.bootstrap
    for (const name of ['several', 'one'] as const) {
      const sums = Float64Array.from(columns[name].sums)
      const counts = Float64Array.from(columns[name].counts)
      const [result] = await clusteredIntervals(strata, [{ sums, counts }], { resamples, seed })
      const [low, high, drawn] = multinomial[name].interval as [number, number, number]
      if (!result?.ok) throw new Error('no value')
      expect(result.low).toBeCloseTo(low, 12)
      expect(result.high).toBeCloseTo(high, 12)
      expect(result.resamples).toBe(drawn)
    }
  })

  it('draw the pairs of a seed together: copies of a row narrow nothing', async () => {
    const copies = { sums: differences.map((d) => 5 * d), counts: ones(10).map((n) => 5 * n) }
    const [one, five] = await clusteredIntervals(
      [10],
      [{ sums: differences, counts: ones(10) }, copies],
      { resamples: 500 },
    )
    if (!one?.ok || !five?.ok) throw new Error('no value')
    expect(five.low).toBeCloseTo(one.low, 12)
    expect(five.high).toBeCloseTo(one.high, 12)
  })

  it('give a metric the same interval whatever others are shown', async () => {
    const metric = { sums: differences, counts: ones(10) }
    const gaps = { sums: differences.map((d, i) => (i < 4 ? d : 0)), counts: ones(10).fill(0, 4) }
    const both = await clusteredIntervals([6, 4], [gaps, metric], { resamples: 300 })
    const [alone] = await clusteredIntervals([6, 4], [metric], { resamples: 300 })
    expect(both[1]).toEqual(alone)
    // Of four valued seeds among six some resamples hold none.
    const first = both[0]
    if (!first?.ok) throw new Error('no value')
    expect(first.strata).toBe(1)
    expect(first.resamples + first.withoutValue).toBe(300)
  })

  it('resample each stratum for itself, many seeds by weights', async () => {
    // Constant within strata: every resample has the same mean, which pooling would not give.
    const sums = Float64Array.from({ length: 6000 }, (_, i) => (i < 2000 ? 5 : 1))
    const [result] = await clusteredIntervals([2000, 4000], [{ sums, counts: ones(6000) }], {
      resamples: 50,
    })
    if (!result?.ok) throw new Error('no value')
    expect(result).toMatchObject({ strata: 2, method: 'weights' })
    expect(result.low).toBeCloseTo(14 / 6, 9)
    expect(result.high).toBeCloseTo(14 / 6, 9)
  })

  it('are as wide by weights as the normal interval of many seeds', async () => {
    const random = createRandom(3)
    const sums = Float64Array.from({ length: 6000 }, () => random.next())
    const [result] = await clusteredIntervals([6000], [{ sums, counts: ones(6000) }])
    if (!result?.ok) throw new Error('no value')
    // 2 x 1.96 x sqrt(1/12) / sqrt(6000), within three errors of 10,000 draws.
    expect((result.high - result.low) / 0.014608).toBeCloseTo(1, 1)
    expect(result.resamples).toBe(10_000)
  })

  it('have a reason without two seeds', async () => {
    const few = { ok: false, reason: 'n_too_small' }
    expect(await clusteredIntervals([], [])).toEqual([])
    const one = { sums: Float64Array.of(3), counts: Float64Array.of(2) }
    expect(await clusteredIntervals([1], [one])).toEqual([few])
    const alone = { sums: Float64Array.of(3, 0), counts: Float64Array.of(1, 0) }
    expect(await clusteredIntervals([2], [alone])).toEqual([few])
  })

  it('let other work run in between and stop when aborted', async () => {
    const many = { sums: Float64Array.from({ length: 20_000 }, (_, i) => i), counts: ones(20_000) }
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    await clusteredIntervals([20_000], [many], { resamples: 4000 })
    clearInterval(timer)
    // How many depends on the speed of the machine: one is enough to show that other work gets its turn.
    expect(turns).toBeGreaterThan(0)
    await expect(
      clusteredIntervals([20_000], [many], { signal: AbortSignal.abort() }),
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
  it('meets at slots, leaves rows without one, and sets a surplus aside', () => {
    const pairs = pairSlots(Int32Array.from([4, -1, 2, 2, 0]), Int32Array.from([0, 2, 9]))
    expect([...pairs.slots]).toEqual([0, 2])
    expect([...pairs.rowsA]).toEqual([4, 2])
    expect([...pairs.rowsB]).toEqual([0, 1])
    expect(pairs).toMatchObject({ seeds: 2, unmatched: 1 })
  })

  it('keeps several rows of a seed together', () => {
    const pairs = pairSlots(Int32Array.from([3, 1, 1, 1]), Int32Array.from([1, 3, 1]))
    expect([...pairs.slots]).toEqual([1, 1, 3])
    expect([...pairs.rowsA]).toEqual([1, 2, 0])
    expect([...pairs.rowsB]).toEqual([0, 2, 1])
    expect([...pairs.clusters]).toEqual([0, 0, 1])
    expect(pairs).toMatchObject({ seeds: 2, unmatched: 1 })
  })
})
