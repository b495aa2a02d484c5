import { describe, expect, it } from 'vitest'
import { DASH, formatBytes, formatDuration, formatMetric, formatShare, plural } from './format'

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
