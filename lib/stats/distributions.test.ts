import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf'
import { describe, expect, it } from 'vitest'
import {
  binomialTwoSided,
  chiSquareUpperTail,
  kolmogorovUpperTail,
  normalTwoSided,
} from './distributions'
import { formatP } from './no-value'

/** Asserts equality relative to the expected value. */
function near(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(1e-9)
}

describe('tail functions', () => {
  it('chi-square equals scipy far into the tail', () => {
    const expected = [
      [0.054412467991601404, 2.0884875837625688e-45],
      [0.1572371663136276, 3.7200759760208177e-44],
      [0.29573403237527585, 4.218541107192018e-43],
      [0.44812592399383866, 3.75727673578106e-42],
      [0.5933639617818078, 2.8406228986415534e-41],
    ]
    expected.forEach(([near37, near200], i) => {
      near(chiSquareUpperTail(3.7, i + 1), near37 as number)
      near(chiSquareUpperTail(200, i + 1), near200 as number)
    })
    expect(chiSquareUpperTail(0, 3)).toBe(1)
  })

  it('chi-square equals the library distribution function', () => {
    for (let df = 1; df <= 12; df += 1) {
      for (const x of [0.01, 0.5, 2, 7.7, 30]) {
        expect(chiSquareUpperTail(x, df)).toBeCloseTo(1 - chiSquareCdf(x, df), 11)
      }
    }
  })

  it('normal and binomial equal scipy', () => {
    near(normalTwoSided(10), 1.523970604832094e-23)
    near(normalTwoSided(-37), 1.1451142445047853e-299)
    near(binomialTwoSided(249_000, 500_000), 0.004698395011888115)
    near(binomialTwoSided(100, 1000), 1.3403435580012363e-161)
    near(binomialTwoSided(30, 30), 1.862645149230957e-9)
    expect(binomialTwoSided(5, 10)).toBe(1)
  })

  it('Kolmogorov equals scipy on both series', () => {
    const expected: [number, number][] = [
      [0.05, 1],
      [0.2, 0.999999999999495],
      [0.5, 0.9639452436648751],
      [1, 0.26999967167735456],
      [1.17, 0.12939004218561884],
      [1.19, 0.11774229287977166],
      [2, 0.0006709252557796953],
      [4, 2.532833109818835e-14],
    ]
    for (const [l, q] of expected) near(kolmogorovUpperTail(l), q)
    expect(kolmogorovUpperTail(0)).toBe(1)
  })

  it('prints tiny p values as a bound', () => {
    expect(formatP(0)).toBe('< 1e-300')
    expect(formatP(1.2345e-9)).toBe('1.23e-9')
    expect(formatP(0.047436)).toBe('0.0474')
  })
})
