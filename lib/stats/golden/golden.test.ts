import process from 'node:process'
import { afterAll, describe, expect, it } from 'vitest'
import { chanceCorrected } from '../agreement'
import { resampledSums } from '../cluster-bootstrap'
import { detectableDifference, lengthAdjusted, robustMean } from '../cluster-robust'
import { pearson } from '../correlation'
import { friedman } from '../friedman'
import { holm } from '../holm'
import {
  chiSquareCounts,
  crossTable,
  orderedTrend,
  seedMoments,
  stuartMaxwell,
  totalVariation,
} from '../levels'
import { bootstrapInterval, fisherInterval, spearman } from '../rank-correlation'
import { mcnemar, pairedDifferences, signTest, wilcoxonSignedRank } from '../paired'
import { cliffsDelta, kolmogorovSmirnov, mannWhitney } from '../unpaired'
import golden from './fixtures/golden.json'

function value<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { ok: true }>
}

const PARTS = ['estimate', 'standard error', 'low', 'high'] as const

// The promise is a relative 1e-9.
const BOUND = 1e-9

/** Statistic -> its largest relative error and how many numbers were compared. */
const largest = new Map<string, { error: number; numbers: number }>()

/** Returns the relative error of one number beside the other program's, and notes it under the name of the statistic. */
function errorOf(statistic: string, actual: number, expected: number): number {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300)
  const before = largest.get(statistic) ?? { error: 0, numbers: 0 }
  largest.set(statistic, {
    error: Math.max(before.error, error),
    numbers: before.numbers + 1,
  })
  return error
}

afterAll(() => {
  // GOLDEN_TABLE=1 npx vitest run lib/stats/golden/golden.test.ts
  if (process.env.GOLDEN_TABLE !== '1') return
  for (const [name, { error, numbers }] of largest) {
    process.stdout.write(`${name.padEnd(44)} ${error.toExponential(1)} (${numbers})\n`)
  }
})

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
        expect(
          errorOf(
            `resampled sum, ${method}`,
            (drawn[0]?.[0]?.[b] ?? NaN) + (drawn[1]?.[0]?.[b] ?? NaN),
            sum,
          ),
        ).toBeLessThan(BOUND)
      })
    }
  })

  it.each(Object.entries(golden.ranks))('ranks and signs: %s', (_, expected) => {
    const { a, b } = expected
    const differences = pairedDifferences(a, b)
    const wilcoxon = value(wilcoxonSignedRank(differences))
    expect(Math.min(wilcoxon.wPlus, wilcoxon.wMinus)).toBe(expected.wilcoxonMin)
    expect(errorOf('Wilcoxon p', wilcoxon.p, expected.wilcoxonP)).toBeLessThan(BOUND)
    expect(errorOf('sign test p', value(signTest(differences)).p, expected.signP)).toBeLessThan(
      BOUND,
    )
    const whitney = value(mannWhitney(a, b))
    expect(whitney.u).toBe(expected.u)
    expect(errorOf('Mann-Whitney p', whitney.p, expected.uP)).toBeLessThan(BOUND)
    expect(errorOf("Cliff's delta", value(cliffsDelta(a, b)).delta, expected.cliff)).toBeLessThan(
      BOUND,
    )
    expect(
      errorOf('Kolmogorov-Smirnov D', value(kolmogorovSmirnov(a, b)).d, expected.ksD),
    ).toBeLessThan(BOUND)
  })

  it.each(Object.entries(golden.correlations))('correlations: %s', (_, expected) => {
    const { x, y } = expected
    expect(errorOf('Pearson r', value(pearson(x, y)).value, expected.pearson)).toBeLessThan(BOUND)
    const rho = value(spearman(x, y)).value
    expect(errorOf('Spearman rho', rho, expected.spearman)).toBeLessThan(BOUND)
    const fisher = fisherInterval(x, y)
    expect(fisher.ok).toBe(expected.fisher !== null)
    const bounds = fisher.ok ? [fisher.low, fisher.high] : []
    bounds.forEach((bound, i) => {
      expect(errorOf("Fisher's interval of rho", bound, expected.fisher?.[i] ?? 0)).toBeLessThan(
        BOUND,
      )
    })
    const { low, high, ...draws } = expected.bootstrap
    const drawn = value(bootstrapInterval(x, y, draws))
    expect(errorOf('Bootstrap interval of rho', drawn.low, low)).toBeLessThan(BOUND)
    expect(errorOf('Bootstrap interval of rho', drawn.high, high)).toBeLessThan(BOUND)
  })

  it('marginal homogeneity and trend, by pair and by seed', () => {
    const { first, second, seeds, plain, bySeed } = golden.levels
    const table = crossTable(first, second, 4)
    const byPair = value(stuartMaxwell(table))
    expect(errorOf('Stuart-Maxwell chi-square', byPair.chi2, plain.chi2)).toBeLessThan(BOUND)
    expect(errorOf('Stuart-Maxwell p', byPair.p, plain.p)).toBeLessThan(BOUND)
    const moments = seedMoments(first, second, seeds, 4)
    expect(
      errorOf(
        'Stuart-Maxwell chi-square, by seed',
        value(stuartMaxwell(table, moments)).chi2,
        bySeed.chi2,
      ),
    ).toBeLessThan(BOUND)
    expect(
      errorOf('Stuart-Maxwell p, by seed', value(stuartMaxwell(table, moments)).p, bySeed.p),
    ).toBeLessThan(BOUND)
    expect(
      errorOf('ordered trend z, by seed', value(orderedTrend(table, moments)).z, bySeed.z),
    ).toBeLessThan(BOUND)
    // One pair a seed: nothing changes.
    const alone = seedMoments(
      first,
      second,
      first.map((_, i) => i),
      4,
    )
    expect(
      errorOf(
        'Stuart-Maxwell chi-square, one pair a seed',
        value(stuartMaxwell(table, alone)).chi2,
        byPair.chi2,
      ),
    ).toBeLessThan(BOUND)
    expect(
      errorOf(
        'ordered trend z, one pair a seed',
        value(orderedTrend(table, alone)).z,
        value(orderedTrend(table)).z,
      ),
    ).toBeLessThan(BOUND)
  })

  it('mean and length-adjusted difference with errors over seeds', () => {
    const { a, b, seeds, adjusted, slope, mean, factor } = golden.regression
    const found = value(lengthAdjusted(golden.regression))
    expect(errorOf('slope of length', found.slope, slope)).toBeLessThan(BOUND)
    const plain = value(robustMean(pairedDifferences(a, b), seeds))
    for (const [name, result, expected] of [
      ['length-adjusted difference', found, adjusted],
      ['mean difference, clustered', plain, mean],
    ] as const) {
      const { estimate, standardError, low, high } = result
      ;[estimate, standardError, low, high].forEach((part, i) =>
        expect(errorOf(`${name}: ${PARTS[i]}`, part, expected[i] as number)).toBeLessThan(BOUND),
      )
    }
    expect(errorOf('detectable difference', detectableDifference(1), factor)).toBeLessThan(BOUND)
  })

  it("kappa and Gwet's AC", () => {
    const { table, kappa, kappaQuadratic, ac1, ac2 } = golden.agreement
    const plain = chanceCorrected(table, 'none')
    const weighted = chanceCorrected(table, 'quadratic')
    if (!('kappa' in plain) || !('kappa' in weighted)) throw new Error('no value')
    expect(errorOf("Cohen's kappa", plain.kappa as number, kappa)).toBeLessThan(BOUND)
    expect(errorOf("Gwet's AC1", plain.gwet as number, ac1)).toBeLessThan(BOUND)
    expect(
      errorOf('kappa, quadratic weights', weighted.kappa as number, kappaQuadratic),
    ).toBeLessThan(BOUND)
    expect(errorOf("Gwet's AC2", weighted.gwet as number, ac2)).toBeLessThan(BOUND)
  })

  it.each(Object.entries(golden.friedman))('Friedman: %s', (_, { treatments, chi2, p }) => {
    const test = value(friedman(treatments))
    expect(errorOf('Friedman chi-square', test.chi2, chi2)).toBeLessThan(BOUND)
    expect(errorOf('Friedman p', test.p, p)).toBeLessThan(BOUND)
  })

  it('what is not paired: levels, and the tail of Kolmogorov and Smirnov', () => {
    const {
      countsA,
      countsB,
      chi2,
      p,
      df,
      cramersV,
      totalVariation: variation,
      ks,
    } = golden.unpaired
    const test = value(chiSquareCounts(countsA, countsB))
    expect(test.df).toBe(df)
    expect(errorOf('chi-square of counts', test.chi2, chi2)).toBeLessThan(BOUND)
    expect(errorOf('chi-square p', test.p, p)).toBeLessThan(BOUND)
    expect(errorOf("Cramer's V", test.cramersV, cramersV)).toBeLessThan(BOUND)
    expect(
      errorOf('total variation', value(totalVariation(countsA, countsB)).tv, variation),
    ).toBeLessThan(BOUND)
    const tail = value(kolmogorovSmirnov(ks.a, ks.b))
    expect(errorOf('Kolmogorov-Smirnov D', tail.d, ks.d)).toBeLessThan(BOUND)
    expect(errorOf('Kolmogorov-Smirnov p', tail.p, ks.p)).toBeLessThan(BOUND)
  })

  it('Holm', () => {
    holm(golden.holm.p).forEach((p, i) =>
      expect(errorOf('Holm p', p, golden.holm.adjusted[i] as number)).toBeLessThan(BOUND),
    )
  })
})

describe('the p values of lm-evaluation-harness issue 3831', () => {
  // Reported there for 220 items: 0.080 by an unpaired test, 0.008 by McNemar's.
  const { n, both, onlyA, onlyB, unpaired, paired } = golden.harness
  it('come from outcomes of the same items, unpaired and paired', () => {
    const test = value(mcnemar(onlyA, onlyB))
    expect(errorOf('McNemar p', test.p, paired)).toBeLessThan(BOUND)
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
