import { describe, expect, it } from 'vitest'
import {
  alignedBySet,
  formatDifference,
  formatInterval,
  missingText,
  pText,
  reasonText,
  strengthOf,
} from './format'

describe('formatDifference', () => {
  it('carries a sign, and a dash for what is missing', () => {
    expect(formatDifference(1.5)).toBe('+1.50')
    expect(formatDifference(-0.25)).toBe('−0.250')
    expect(formatDifference(0)).toBe('0')
    expect(formatDifference(null)).toBe('–')
    expect(formatDifference(Number.NaN)).toBe('–')
  })
})

describe('formatInterval', () => {
  it('shows rounding noise beside the other end as 0, small numbers as they are', () => {
    expect(formatInterval(-1, 4.48e-17)).toBe('−1.00 to 0')
    expect(formatInterval(-4e-16, 9e-16)).toBe('−4.00e−16 to +9.00e−16')
    expect(formatInterval(-0.5, 1e-5)).toBe('−0.500 to +1.00e−5')
  })
})

describe('pText', () => {
  it('gives three digits, and a bound where digits would mean nothing', () => {
    expect(pText(0.0474)).toBe('p = 0.0474')
    expect(pText(4.25e-17)).toBe('p = 4.25e−17')
    expect(pText(0)).toBe('p < 1e-300'.replace('e-', 'e−'))
  })
})

describe('words', () => {
  it('names reasons, missing rows and strengths', () => {
    expect(reasonText('all_ties')).toBe('all values are equal')
    expect(missingText({ unparsed: 2, no_response: 12 })).toBe('12 no response, 2 unparsed')
    expect([0.1, -0.2, 0.4, -0.9].map(strengthOf)).toEqual([
      'negligible',
      'small',
      'medium',
      'large',
    ])
  })
})

const set = (label: string, aligned: number) => ({
  label,
  aligned,
  state: aligned > 0 ? ('aligned' as const) : ('not_aligned' as const),
})

describe('alignedBySet', () => {
  it('names the seed sets with pairs, and leaves no stray signs where there are none', () => {
    expect(alignedBySet([set('Math', 16), set('Code', 1200)])).toBe(': Math 16, Code 1,200')
    expect(alignedBySet([set('Math', 16), set('Code', 0)])).toBe(': Math 16')
    expect(alignedBySet([set('Math', 0), set('Code', 0)])).toBe('')
    expect(alignedBySet([set('Math', 16)])).toBe('')
    expect(alignedBySet([])).toBe('')
  })
})
