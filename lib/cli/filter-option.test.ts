import { describe, expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import { filterFrom } from './filter-option'

const STAR = { is: 'marks', kinds: ['star'] }
const DROP = { not: { is: 'marks', kinds: ['drop'] } }

describe('the flags of a filter', () => {
  it('are one filter: conditions of --filter and --where both hold', () => {
    const filter = JSON.stringify({ rounds: [2], where: DROP })
    expect(filterFrom({ filter, where: JSON.stringify(STAR) })).toEqual({
      ...emptyFilter(),
      rounds: [2],
      where: { all: [DROP, STAR] },
    })
    expect(filterFrom({})).toEqual(emptyFilter())
  })

  it.each([
    ['500', undefined, { rows: 500, seed: 1 }],
    ['10%', '7', { share: 0.1, seed: 7 }],
    ['2.5%', '0', { share: 0.025, seed: 0 }],
  ])('draw %s under random seed %s', (sample, seed, drawn) => {
    expect(filterFrom({ sample, ...(seed === undefined ? {} : { seed }) }).sample).toEqual(drawn)
  })

  it.each([
    [{ where: '{' }, '--where is not valid JSON.'],
    [{ where: '{"any": [{"is": "marks"}]}' }, /^--where: any\[0\]: kinds: /],
    [
      { filter: '{"where": {"all": [{"is": "sql"}]}}' },
      /^--filter \(where\): all\[0\]: A condition has "is"/,
    ],
    [{ sample: 'half' }, /^--sample "half": write a number of rows/],
    [{ sample: '0' }, /^--sample \(rows\): /],
    [{ sample: '120%' }, /^--sample \(share\): /],
    [{ sample: '5', seed: 'x' }, /^--sample \(seed\): /],
    [{ seed: '5' }, /^--seed is the random seed of --sample/],
  ])('name the flag and the place of %j', (flags, message) => {
    expect(() => filterFrom(flags)).toThrow(message)
  })
})
