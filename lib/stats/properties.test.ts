import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { robustMean } from './cluster-robust'
import { friedman } from './friedman'
import { holm } from './holm'
import { chiSquareCounts, crossTable, orderedTrend, stuartMaxwell, totalVariation } from './levels'
import { mcnemar, meansByCluster, signTest, wilcoxonSignedRank } from './paired'
import { cliffsDelta, kolmogorovSmirnov, mannWhitney } from './unpaired'

// Few distinct values, so that ties are the rule; wide ones beside them.
const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
)
const sample = fc.array(value, { maxLength: 40 })
const counts = fc.array(fc.nat(50), { minLength: 5, maxLength: 5 })
const level = fc.integer({ min: 1, max: 5 })

/** Returns what is wrong with a result: a number that is none, a p value outside 0..1, a missing reason. */
function faultsOf(result: object): string[] {
  const entries = Object.entries(result)
  const wrong = entries.filter(
    ([key, entry]) =>
      typeof entry === 'number' &&
      (!Number.isFinite(entry) || (key === 'p' && (entry < 0 || entry > 1))),
  )
  const isReasoned = !('ok' in result) || result.ok === true || 'reason' in result
  return [...wrong.map(([key, entry]) => `${key} = ${entry}`), ...(isReasoned ? [] : ['no reason'])]
}

function p(result: { ok: boolean; p?: number }): number | string {
  return result.ok ? (result.p as number) : JSON.stringify(result)
}

describe('whatever the values are', () => {
  it('every statistic is finite or says why there is none', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const results = [
          wilcoxonSignedRank(a),
          signTest(a),
          mannWhitney(a, b),
          cliffsDelta(a, b),
          kolmogorovSmirnov(a, b),
          robustMean(
            a,
            a.map((_, i) => i),
          ),
        ]
        expect(results.flatMap(faultsOf)).toEqual([])
      }),
    )
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        expect([chiSquareCounts(a, b), totalVariation(a, b)].flatMap(faultsOf)).toEqual([])
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(level, level), { maxLength: 60 }), (pairs) => {
        const table = crossTable(
          pairs.map(([a]) => a),
          pairs.map(([, b]) => b),
          5,
        )
        expect([stuartMaxwell(table), orderedTrend(table)].flatMap(faultsOf)).toEqual([])
      }),
    )
    fc.assert(
      fc.property(fc.nat(80), fc.nat(80), (b, c) => {
        expect(faultsOf(mcnemar(b, c))).toEqual([])
      }),
    )
  })

  it('sides swapped give the same p and the opposite effect', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [there, back] = [mannWhitney(a, b), mannWhitney(b, a)]
        expect(p(there)).toEqual(p(back))
        const delta = ({ ok, ...rest }: typeof there) =>
          ok && 'cliffsDelta' in rest ? rest.cliffsDelta : 0
        expect(delta(there)).toBeCloseTo(-delta(back), 12)
        const negative = a.map((d) => -d)
        expect(p(wilcoxonSignedRank(a))).toEqual(p(wilcoxonSignedRank(negative)))
        expect(p(signTest(a))).toEqual(p(signTest(negative)))
        expect(p(kolmogorovSmirnov(a, b))).toEqual(p(kolmogorovSmirnov(b, a)))
      }),
    )
  })

  it('the order of the entries does not matter, nor does a zero among the signed ranks', () => {
    fc.assert(
      fc.property(sample, (d) => {
        const plain = wilcoxonSignedRank(d)
        expect(wilcoxonSignedRank(d.toReversed())).toEqual(plain)
        fc.pre(plain.ok)
        expect(wilcoxonSignedRank([...d, 0, -0])).toEqual(plain)
      }),
    )
  })

  it("Friedman's test is sound, leaves out blocks with a gap, and follows the treatments", () => {
    const block = fc.array(fc.oneof(value, fc.constant(NaN)), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), (blocks) => {
        const treatments = (rows: number[][]) =>
          [0, 1, 2, 3].map((j) => rows.map((row) => row[j] as number))
        const test = friedman(treatments(blocks))
        const complete = blocks.filter((row) => !row.some(Number.isNaN))
        expect([faultsOf(test), friedman(treatments(complete))]).toEqual([[], test])
        const turned = friedman(treatments(blocks).toReversed())
        fc.pre(test.ok && turned.ok)
        expect(test.n).toBe(complete.length)
        expect(test.concordance).toBeLessThanOrEqual(1 + 1e-12)
        expect(turned.chi2).toBeCloseTo(test.chi2, 9)
        expect(turned.meanRanks).toEqual(test.meanRanks.toReversed())
      }),
    )
  })

  it("Holm's p values keep the order, and are never below the plain ones nor above 1", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (ps) => {
        const adjusted = holm(ps)
        ps.forEach((plain, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(plain)
          expect(adjusted[i]).toBeLessThanOrEqual(1)
          const larger = [...adjusted].filter((_, j) => plain < (ps[j] as number))
          expect(Math.min(1, ...larger)).toBeGreaterThanOrEqual(adjusted[i] as number)
        })
      }),
    )
  })

  it('a cluster of equal entries counts as one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 20 }),
        (d) => {
          const twice = d.flatMap((entry) => [entry, entry])
          const clusters = d.flatMap((_, i) => [i, i])
          expect([...meansByCluster(twice, clusters)]).toEqual(d)
        },
      ),
    )
  })
})

describe('at the edges', () => {
  const few = { ok: false, reason: 'n_too_small' }
  const ties = { ok: false, reason: 'all_ties' }
  it('one value, equal values, nothing', () => {
    expect(p(wilcoxonSignedRank([2]))).toBeCloseTo(0.31731050786291415, 12)
    expect(p(signTest([2]))).toBe(1)
    expect(p(mannWhitney([1], [2]))).toBe(1)
    expect(p(kolmogorovSmirnov([1], [1]))).toBe(1)
    expect(friedman([[1], [2], [3]])).toEqual(few)
    expect(
      friedman([
        [1, 2],
        [1, 2],
      ]),
    ).toEqual(few)
    expect(friedman([[], [], []])).toEqual(few)
    expect(friedman([])).toEqual(few)
    expect(
      friedman([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
    ).toEqual(ties)
    expect(
      friedman([
        [1, NaN],
        [1, 2],
        [3, 4],
      ]),
    ).toEqual(few)
  })
})
