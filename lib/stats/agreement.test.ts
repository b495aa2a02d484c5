import { describe, expect, it } from 'vitest'
import { consistency, KappaBootstrap, ratingAgreement, slope } from './agreement'

/** Rows of the worked example of the metric reference, section 3.4, as two columns. */
const TABLE = [
  [2, 1, 0, 0, 0],
  [0, 3, 1, 0, 0],
  [0, 1, 4, 1, 0],
  [0, 0, 1, 3, 1],
  [0, 0, 0, 0, 2],
]
const cells = TABLE.flatMap((row, i) =>
  row.flatMap((count, j) => Array.from({ length: count }, () => [i + 1, j + 1] as const)),
)
const first = cells.map(([a]) => a)
const second = cells.map(([, b]) => b)

describe('ratingAgreement', () => {
  it('reproduces the worked example', () => {
    const result = ratingAgreement(first, second, 1)
    // 14 of 20 on the diagonal, nobody more than one level off; four rows up, two down.
    expect(result).toMatchObject({ n: 20, exact: 0.7, adjacent: 1 })
    if (!('n' in result) || !result.kappa.ok) throw new Error('no kappa')
    expect(result.kappa.value).toBeCloseTo(0.896729776248, 12)
    expect(result.meanDifference).toBeCloseTo(0.1, 12)
  })

  it('takes numbers without bins, by hand', () => {
    // a = 10, 20, 30, 40 and b = 15, 20, 30, 40: means 25 and 26.25, variances 125 and 92.1875,
    // so expected = 125 + 92.1875 + 1.5625 = 218.75 and kappa = 1 - 6.25 / 218.75.
    const result = ratingAgreement([10, 20, 30, 40], [15, 20, 30, 40], 5)
    expect(result).toMatchObject({ exact: 0.75, adjacent: 1, meanDifference: 1.25 })
    if (!('n' in result) || !result.kappa.ok) throw new Error('no kappa')
    expect(result.kappa.value).toBeCloseTo(1 - 6.25 / 218.75, 12)
  })

  it('is 0 for independent ratings, -1 for opposite ones, and nothing for a constant', () => {
    const kappa = (a: number[], b: number[]) => {
      const result = ratingAgreement(a, b, 0)
      return 'n' in result ? result.kappa : result
    }
    expect(kappa([1, 1, 2, 2], [1, 2, 1, 2])).toEqual({ ok: true, value: 0 })
    expect(kappa([1, 2, 3], [3, 2, 1])).toEqual({ ok: true, value: -1 })
    expect(kappa([3, 3], [3, 3])).toEqual({ ok: false, reason: 'zero_denominator' })
    expect(kappa([], [])).toEqual({ ok: false, reason: 'n_too_small' })
  })
})

describe('KappaBootstrap', () => {
  it('resamples whole clusters: percentiles of two given resamples by hand', () => {
    // Cluster 0 = rows (1,1), (2,2); cluster 1 = row (1,2). Resample [0,0] has kappa 1.
    // [1,1] is two rows (1,2): mean squared difference 1, expected 1 + 4 - 2 * 1 * 2 = 1, kappa 0.
    const boot = new KappaBootstrap([1, 2, 1], [1, 2, 2], [0, 0, 1])
    expect(boot.clusters).toBe(2)
    boot.draw([0, 0])
    boot.draw([1, 1])
    const interval = boot.interval()
    if (!interval.ok) throw new Error('no interval')
    expect(interval.low).toBeCloseTo(0.025, 12)
    expect(interval.high).toBeCloseTo(0.975, 12)
    expect(interval.resamples).toBe(2)
  })

  it('repeats itself with the same seed and covers the estimate', () => {
    const run = (seed: number) => {
      const boot = new KappaBootstrap(first, second, null, seed)
      for (let b = 0; b < 500; b += 1) boot.draw()
      return boot.interval()
    }
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
    const interval = run(1)
    if (!interval.ok) throw new Error('no interval')
    expect(interval.low).toBeLessThan(0.8967)
    expect(interval.high).toBeGreaterThan(0.8967)
  })

  it('counts resamples without a kappa, and has no interval for one cluster', () => {
    const boot = new KappaBootstrap([1, 2], [1, 2], null)
    boot.draw([0, 0])
    boot.draw([0, 1])
    expect(boot.interval()).toMatchObject({ ok: true, resamples: 1, withoutValue: 1 })
    expect(new KappaBootstrap([1], [1], null).interval()).toMatchObject({ ok: false })
  })
})

describe('consistency', () => {
  it("reproduces Krippendorff's published example: interval alpha 0.849", () => {
    // Krippendorff (2011), Computing Krippendorff's alpha-reliability, section E: four observers, twelve units.
    const units = [
      [1, 1, 1],
      [2, 2, 3, 2],
      [3, 3, 3, 3],
      [3, 3, 3, 3],
      [2, 2, 2, 2],
      [1, 2, 3, 4],
      [4, 4, 4, 4],
      [1, 1, 2, 1],
      [2, 2, 2, 2],
      [5, 5, 5],
      [1, 1],
      [3],
    ]
    const result = consistency(units)
    if (!result.ok) throw new Error('no value')
    expect(result.units).toBe(11)
    expect(result.alpha).toBeCloseTo(0.849, 3)
    // Units 2 and 8 have 3 of 6 equal pairs, unit 6 none, eight units all.
    expect(result.pairs).toBeCloseTo((8 + 0.5 + 0.5) / 11, 12)
    expect(result.unanimous).toBeCloseTo(8 / 11, 12)
  })

  it('has no alpha where all ratings are equal, and nothing without repeats', () => {
    expect(
      consistency([
        [2, 2],
        [2, 2],
      ]),
    ).toMatchObject({ pairs: 1, unanimous: 1, alpha: null })
    expect(consistency([[1], []])).toEqual({ ok: false, reason: 'n_too_small' })
  })
})

describe('slope', () => {
  it('is the least-squares slope', () => {
    const result = slope([10, 20, 40, 30], [2, 3, 5, 4])
    expect(result).toMatchObject({ ok: true })
    expect(result.ok && result.value).toBeCloseTo(0.1, 12)
    expect(slope([1, 1], [1, 2])).toEqual({ ok: false, reason: 'constant' })
    expect(slope([1], [1])).toEqual({ ok: false, reason: 'n_too_small' })
  })
})
