import { describe, expect, it } from 'vitest'
import { chanceCorrected } from '../agreement'
import { resampledSums } from '../cluster-bootstrap'
import { detectableDifference, lengthAdjusted, robustMean } from '../cluster-robust'
import { midRanks, pearson } from '../correlation'
import { holm } from '../holm'
import { chiSquareCounts, crossTable, orderedTrend, seedMoments, stuartMaxwell } from '../levels'
import { mcnemar, pairedDifferences, signTest, wilcoxonSignedRank } from '../paired'
import { cliffsDelta, kolmogorovSmirnov, mannWhitney } from '../unpaired'
import golden from './fixtures/golden.json'

function value<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { ok: true }>
}

// The promise is a relative 1e-9.
const BOUND = 1e-9

function error(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300)
}

describe('against numpy, scipy, statsmodels and scikit-learn', () => {
  it.each(['multinomial', 'weights'] as const)('resamples clusters by %s', (method) => {
    const { strata, columns, resamples, seed, [method]: expected } = golden.bootstrap
    for (const name of ['several', 'one'] as const) {
      const steps = resampledSums(
        { strata, columns: [Float64Array.from(columns[name].sums)] },
        { resamples, seed, method },
      )
      let step = steps.next()
      while (!step.done) step = steps.next()
      const drawn = step.value
      expected[name].weighted.forEach((sum, b) => {
        expect((drawn[0]?.[0]?.[b] ?? NaN) + (drawn[1]?.[0]?.[b] ?? NaN)).toBeCloseTo(sum, 9)
      })
    }
  })

  it.each(Object.entries(golden.ranks))('ranks and signs: %s', (_, expected) => {
    const { a, b } = expected
    const differences = pairedDifferences(a, b)
    const wilcoxon = value(wilcoxonSignedRank(differences))
    expect(Math.min(wilcoxon.wPlus, wilcoxon.wMinus)).toBe(expected.wilcoxonMin)
    expect(error(wilcoxon.p, expected.wilcoxonP)).toBeLessThan(BOUND)
    expect(error(value(signTest(differences)).p, expected.signP)).toBeLessThan(BOUND)
    const whitney = value(mannWhitney(a, b))
    expect(whitney.u).toBe(expected.u)
    expect(error(whitney.p, expected.uP)).toBeLessThan(BOUND)
    expect(error(value(cliffsDelta(a, b)).delta, expected.cliff)).toBeLessThan(BOUND)
    expect(error(value(kolmogorovSmirnov(a, b)).d, expected.ksD)).toBeLessThan(BOUND)
  })

  it.each(Object.entries(golden.correlations))('correlations: %s', (_, expected) => {
    const { x, y } = expected
    expect(error(value(pearson(x, y)).value, expected.pearson)).toBeLessThan(BOUND)
    expect(error(value(pearson(midRanks(x), midRanks(y))).value, expected.spearman)).toBeLessThan(
      BOUND,
    )
  })

  it('marginal homogeneity and trend, by pair and by seed', () => {
    const { first, second, seeds, plain, bySeed } = golden.levels
    const table = crossTable(first, second, 4)
    const byPair = value(stuartMaxwell(table))
    expect(error(byPair.chi2, plain.chi2)).toBeLessThan(BOUND)
    expect(error(byPair.p, plain.p)).toBeLessThan(BOUND)
    const moments = seedMoments(first, second, seeds, 4)
    expect(error(value(stuartMaxwell(table, moments)).chi2, bySeed.chi2)).toBeLessThan(BOUND)
    expect(error(value(stuartMaxwell(table, moments)).p, bySeed.p)).toBeLessThan(BOUND)
    expect(error(value(orderedTrend(table, moments)).z, bySeed.z)).toBeLessThan(BOUND)
    // One pair a seed: nothing changes.
    const alone = seedMoments(
      first,
      second,
      first.map((_, i) => i),
      4,
    )
    expect(error(value(stuartMaxwell(table, alone)).chi2, byPair.chi2)).toBeLessThan(BOUND)
    expect(error(value(orderedTrend(table, alone)).z, value(orderedTrend(table)).z)).toBeLessThan(
      BOUND,
    )
  })

  it('mean and length-adjusted difference with errors over seeds', () => {
    const { a, b, seeds, adjusted, slope, mean, factor } = golden.regression
    const found = value(lengthAdjusted(golden.regression))
    expect(error(found.slope, slope)).toBeLessThan(BOUND)
    const plain = value(robustMean(pairedDifferences(a, b), seeds))
    for (const [result, expected] of [
      [found, adjusted],
      [plain, mean],
    ] as const) {
      const { estimate, standardError, low, high } = result
      ;[estimate, standardError, low, high].forEach((part, i) =>
        expect(error(part, expected[i] as number)).toBeLessThan(BOUND),
      )
    }
    expect(error(detectableDifference(1), factor)).toBeLessThan(BOUND)
  })

  it("kappa and Gwet's AC", () => {
    const { table, kappa, kappaQuadratic, ac1, ac2 } = golden.agreement
    const plain = chanceCorrected(table, 'none')
    const weighted = chanceCorrected(table, 'quadratic')
    if (!('kappa' in plain) || !('kappa' in weighted)) throw new Error('no value')
    expect(error(plain.kappa as number, kappa)).toBeLessThan(BOUND)
    expect(error(plain.gwet as number, ac1)).toBeLessThan(BOUND)
    expect(error(weighted.kappa as number, kappaQuadratic)).toBeLessThan(BOUND)
    expect(error(weighted.gwet as number, ac2)).toBeLessThan(BOUND)
  })

  it('Holm', () => {
    holm(golden.holm.p).forEach((p, i) =>
      expect(error(p, golden.holm.adjusted[i] as number)).toBeLessThan(BOUND),
    )
  })
})

describe('the p values of lm-evaluation-harness issue 3831', () => {
  // Reported there for 220 items: 0.080 by an unpaired test, 0.008 by McNemar's.
  const { n, both, onlyA, onlyB, unpaired, paired } = golden.harness
  it('come from outcomes of the same items, unpaired and paired', () => {
    const test = value(mcnemar(onlyA, onlyB))
    expect(error(test.p, paired)).toBeLessThan(BOUND)
    expect(test.p.toFixed(3)).toBe('0.008')
    const right = [both + onlyA, both + onlyB] as const
    const apart = value(chiSquareCounts([n - right[0], right[0]], [n - right[1], right[1]]))
    expect(apart.p.toFixed(3)).toBe('0.080')
    expect(unpaired.toFixed(3)).toBe('0.080')
  })
})

describe('what has no value says why', () => {
  const few = { ok: false, reason: 'n_too_small' }
  it('empty, one seed, constants', () => {
    expect(robustMean([], [])).toEqual(few)
    expect(robustMean([1, 2], [4, 4])).toEqual(few)
    expect(value(robustMean([2, 2, 2], [0, 1, 2]))).toMatchObject({ estimate: 2, low: 2, high: 2 })
    const pairs = { a: [1, 2, 3], b: [1, 1, 1], seeds: [0, 1, 2] }
    expect(lengthAdjusted({ ...pairs, lengthA: [5, 5, 5], lengthB: [2, 2, 2] })).toEqual({
      ok: false,
      reason: 'constant',
    })
    expect(lengthAdjusted({ a: [], b: [], lengthA: [], lengthB: [], seeds: [] })).toEqual(few)
    expect(
      chanceCorrected(
        [
          [0, 0],
          [0, 0],
        ],
        'none',
      ),
    ).toEqual(few)
    expect(
      chanceCorrected(
        [
          [5, 0],
          [0, 0],
        ],
        'none',
      ),
    ).toEqual({ kappa: null, gwet: 1 })
  })
})
