import { describe, expect, it } from 'vitest'
import { holm } from './holm'
import { pairedBootstrap, wilsonInterval } from './intervals'
import { mcnemar, pairedDifferences, signTest, wilcoxonSignedRank } from './paired'
import { cliffsDelta, kolmogorovSmirnov, mannWhitney } from './unpaired'

const SMALL = [3, 5, 2, 8, 6, 7, 4, 9, 1, 5]
const LARGE = [1, 4, 2, 6, 7, 3, 4, 5, 2, 1]
const D = pairedDifferences(SMALL, LARGE)

function value<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { ok: true }>
}

describe('worked comparison of two evolvers', () => {
  it('takes the differences', () => {
    expect([...D]).toEqual([2, 1, 0, 2, -1, 4, 0, 4, -1, 4])
  })

  it('Wilcoxon', () => {
    const w = value(wilcoxonSignedRank(D))
    expect(w).toMatchObject({ n: 8, wPlus: 32, wMinus: 4, variance: 49.875 })
    expect(w.z).toBeCloseTo(-1.982378511133, 11)
    expect(w.p).toBeCloseTo(0.047436892825, 11)
    expect(w.effect).toBeCloseTo(0.777777777778, 11)
  })

  it('sign test', () => {
    const s = value(signTest(D))
    expect(s).toMatchObject({ nPlus: 6, nMinus: 2, dominance: 0.4 })
    expect(s.p).toBeCloseTo(0.2890625, 12)
  })

  it('Cliff and Mann-Whitney', () => {
    const m = value(mannWhitney(SMALL, LARGE))
    expect(m.u).toBe(67.5)
    expect(m.sigma).toBeCloseTo(13.133925536564, 11)
    expect(m.z).toBeCloseTo(1.294357878966, 11)
    expect(m.p).toBeCloseTo(0.195541832749, 11)
    expect(m.cliffsDelta).toBeCloseTo(0.35, 12)
    expect(value(cliffsDelta(SMALL, LARGE)).delta).toBeCloseTo((62 - 27) / 100, 12)
  })

  it('Kolmogorov-Smirnov', () => {
    const k = value(kolmogorovSmirnov(SMALL, LARGE))
    expect(k.d).toBeCloseTo(0.3, 12)
    expect(k.p).toBeCloseTo(0.75909783842, 11)
  })

  it('bootstrap with the given index rows', () => {
    const indexRows = [
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [9, 9, 7, 5, 3, 1, 0, 0, 2, 4],
      [8, 8, 4, 4, 2, 6, 6, 1, 3, 5],
      [5, 7, 9, 5, 7, 9, 3, 0, 1, 2],
    ]
    const b = value(pairedBootstrap(D, { indexRows }))
    const means = [1.5, 2.2, 0.3, 2.9]
    means.forEach((m, i) => expect(b.means[i]).toBeCloseTo(m, 12))
    expect(b.estimate).toBe(1.5)
    expect(b.low).toBeCloseTo(0.39, 12)
    expect(b.high).toBeCloseTo(2.8475, 12)
  })

  it('McNemar', () => {
    const m = value(mcnemar(12, 5))
    expect(m.p).toBeCloseTo(0.143463134766, 11)
    expect(m.oddsRatio).toBe(2.4)
    expect(value(mcnemar(3, 0)).oddsRatio).toBeNull()
  })

  it('Holm', () => {
    const expected = [0.03, 0.06, 0.06, 0.02]
    holm([0.01, 0.04, 0.03, 0.005]).forEach((p, i) =>
      expect(p).toBeCloseTo(expected[i] as number, 12),
    )
    expect([...holm([])]).toEqual([])
  })
})

describe('against scipy', () => {
  const a = [1, 2, 2, 3, 3.5, 8, 9]
  const b = [2, 2, 4, 5, 5, 6, 7, 7, 10, 0]

  it('ties in Mann-Whitney, Kolmogorov-Smirnov and Wilcoxon', () => {
    expect(value(mannWhitney(a, b))).toMatchObject({ u: 29 })
    expect(value(mannWhitney(a, b)).p).toBeCloseTo(0.5886897235671118, 12)
    expect(value(kolmogorovSmirnov(a, b)).d).toBeCloseTo(0.4142857142857143, 12)
    expect(value(kolmogorovSmirnov(a, b)).p).toBeCloseTo(0.47960462361884015, 12)
    const w = value(wilcoxonSignedRank(pairedDifferences(a, b.slice(0, 7))))
    expect(Math.min(w.wPlus, w.wMinus)).toBe(9)
    expect(w.p).toBeCloseTo(0.7463178799324552, 12)
  })

  it('Mann-Whitney at its centre has p = 1', () => {
    expect(value(mannWhitney([1, 4], [2, 3])).p).toBe(1)
  })

  it('Wilson interval', () => {
    const w = value(wilsonInterval(3, 17))
    expect(w.low).toBeCloseTo(0.061911266376209945, 12)
    expect(w.high).toBeCloseTo(0.4102945856883412, 12)
    expect(value(wilsonInterval(0, 5)).low).toBe(0)
    expect(value(wilsonInterval(5, 5)).high).toBe(1)
  })
})

describe('missing statistics', () => {
  it('names the reason', () => {
    const small = { ok: false, reason: 'n_too_small' }
    const ties = { ok: false, reason: 'all_ties' }
    expect(wilcoxonSignedRank([])).toEqual(small)
    expect(signTest([])).toEqual(small)
    expect(pairedBootstrap([])).toEqual(small)
    expect(mannWhitney([], [1])).toEqual(small)
    expect(cliffsDelta([1], [])).toEqual(small)
    expect(kolmogorovSmirnov([], [])).toEqual(small)
    expect(wilsonInterval(0, 0)).toEqual(small)
    expect(wilcoxonSignedRank([0, 0])).toEqual(ties)
    expect(signTest([0])).toEqual(ties)
    expect(mcnemar(0, 0)).toEqual(ties)
    expect(mannWhitney([2, 2], [2])).toEqual(ties)
  })

  it('repeats under a seed', () => {
    const first = value(pairedBootstrap(D, { resamples: 500, seed: 4 }))
    const again = value(pairedBootstrap(D, { resamples: 500, seed: 4 }))
    expect(first).toEqual(again)
    expect(first.low).toBeLessThan(1.5)
    expect(first.high).toBeGreaterThan(1.5)
  })
})
