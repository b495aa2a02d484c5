import { describe, expect, it } from 'vitest'
import {
  DASH,
  formatBytes,
  formatDuration,
  formatMetric,
  formatValue,
  formatShare,
  formatSpread,
  plural,
} from './format'

it.each([
  [16, '16'],
  [9, '9'],
  [12_345, '12,345'],
  [0.53215, '0.532'],
  [Number.NaN, DASH],
  [null, DASH],
])('the value of a row, %s, reads %s', (value, text) => expect(formatValue(value)).toBe(text))

describe('formatMetric', () => {
  it.each([
    [0.967412, '0.967'],
    [0.7, '0.700'],
    [33, '33.0'],
    [12_345.6, '12,346'],
    [0, '0'],
    [-0.5, '\u22120.500'],
    [0.00001234, '1.23e\u22125'],
  ])('%f reads %s', (value, text) => expect(formatMetric(value)).toBe(text))
  it('is a dash for what is no number', () => {
    expect([null, undefined, Number.NaN, Infinity].map(formatMetric)).toEqual(Array(4).fill(DASH))
  })
})

describe('formatSpread', () => {
  it.each([
    [2.836339, 0.004365, '2.8363 ± 0.0044'],
    [98.76, 12.3, '99 ± 12'],
    [-0.5, 0.25, '\u22120.50 ± 0.25'],
    [0.15457, 0.000995, '0.15457 ± 0.00100'],
    [3.0079843, null, '3.008'],
    [1234.5678, 0, '1234.6'],
  ])('%f and %f read %s', (mean, sd, text) => expect(formatSpread(mean, sd)).toBe(text))
})

describe('other units', () => {
  it('gives durations in two units at most', () => {
    expect([400, 12_000, 200_000, 7_260_000].map(formatDuration)).toEqual([
      '400 ms',
      '12 s',
      '3 min 20 s',
      '2 h 1 min',
    ])
  })
  it('gives shares with one decimal, bytes in powers of 1000, and plurals', () => {
    expect(formatShare(0.0476)).toBe('4.8%')
    expect([12, 1_900, 98_362_432].map(formatBytes)).toEqual(['12 B', '1.9 kB', '98.4 MB'])
    expect([plural(1, 'row'), plural(1200, 'row')]).toEqual(['1 row', '1,200 rows'])
  })
})
