import { describe, expect, it } from 'vitest'
import { publishedResults } from '@/lib/paper/results'
import { comparisonOf, valueText } from './words'

const ofTable = (table: number, metric: string) =>
  publishedResults().filter((one) => one.place === `Table ${table}` && one.metric === metric)

describe('what is said of two results', () => {
  it('is a difference with a warning within one table, and reasons between two', () => {
    const [a, b] = ofTable(12, 'pass@1').filter(({ benchmark }) => benchmark === 'MBPP')
    const other = ofTable(1, 'pass@1').find(({ benchmark }) => benchmark === 'MBPP')
    if (!a || !b || !other) throw new Error('no results')
    expect(comparisonOf(b, a).text).toMatch(/: \+3\.00 percentage points\. A difference alone/)
    expect(comparisonOf(a, other)).toMatchObject({
      text: expect.stringMatching(/cannot be compared\.$/),
      reasons: expect.arrayContaining(['The harness is stated by neither file.']),
    })
  })
  it('never makes a percentage of points', () => {
    const [reward] = ofTable(14, 'mean reward')
    if (!reward) throw new Error('no result')
    expect(valueText(reward)).toBe('1.54')
    expect(valueText({ value: 0.5, unit: 'fraction', written: '0.5' })).toBe('50.00 %')
  })
})
