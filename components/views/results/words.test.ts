import { expect, it } from 'vitest'
import { publishedResults } from '@/lib/paper/results'
import { comparisonText, valueText } from './words'

const [a, b] = publishedResults()
const PAIRED = { n: 10, unpaired: 0, both: 4, onlyA: 5, onlyB: 0, neither: 1, p: 0.0625 }

it('says of two results no more than their items or reasons allow', () => {
  if (!a || !b) throw new Error('no results')
  const say = (comparison: Parameters<typeof comparisonText>[2]) => comparisonText(a, b, comparison)
  const reasons = ['The harness differs: x and y.']
  expect(say({ reasons, difference: null, unpairedP: null, paired: null })).toEqual([
    expect.stringMatching(/cannot be compared\.$/),
    ...reasons,
  ])
  const difference = 3
  expect(say({ reasons: [], difference, unpairedP: null, paired: null })).toEqual([
    expect.stringMatching(/: \+3\.00 percentage points\.$/),
    'Without outcomes of single items or both counts it cannot be tested whether this is chance.',
  ])
  expect(say({ reasons: [], difference, unpairedP: null, paired: PAIRED })[1]).toBe(
    "Of 10 shared items only the first has 5 right, only the second 0: McNemar's exact test p = 0.063.",
  )
  const counts = { reasons: [], difference, unpairedP: 0.0803 }
  const alone =
    'Their counts alone, as if the items were different ones: chi-square test p = 0.080.'
  expect(say({ ...counts, paired: null })[1]).toBe(alone)
  expect(say({ ...counts, paired: PAIRED })[2]).toBe(alone)
  const same = { ...PAIRED, onlyA: 0, p: null, unpaired: 3 }
  expect(say({ reasons: [], difference: 0, unpairedP: null, paired: same })[1]).toMatch(
    /no item tells them apart\. 3 items are in one of them only\.$/,
  )
})

it('shows no more digits than were written, and never makes a percentage of points', () => {
  const reward = publishedResults().find(({ metric }) => metric === 'mean reward')
  if (!reward) throw new Error('no result')
  expect(valueText(reward)).toBe('1.54')
  expect(valueText({ value: 0.5, unit: 'fraction', written: '0.5' })).toBe('50 %')
  expect(valueText({ value: 0.3363, unit: 'fraction', written: '0.3363' })).toBe('33.63 %')
  expect(valueText({ value: 31.2, unit: 'percent', written: '31.2' })).toBe('31.2 %')
})
