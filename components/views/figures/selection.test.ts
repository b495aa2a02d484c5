import { describe, expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import { figureHref, filterOf } from './selection'

const none = { column: null, min: null, max: null, seedSetKey: null, armKey: null, round: null }

describe('filterOf', () => {
  it('keeps the filter when nothing is selected', () => {
    const filter = { ...emptyFilter(), arms: ['a'], text: 'x' }
    expect(filterOf(none, filter)).toEqual(filter)
  })
  it('narrows to the cell and replaces the range of the same column only', () => {
    const ranges = [
      { column: 'a.x', min: 0, max: 1, missing: true },
      { column: 'b.y', min: 2, max: null, missing: false },
    ]
    const filter = filterOf(
      { column: 'a.x', min: 0.2, max: 0.4, seedSetKey: 'code', armKey: 'seeds', round: 0 },
      { ...emptyFilter(), ranges },
    )
    expect(filter.ranges).toEqual([
      ranges[1],
      { column: 'a.x', min: 0.2, max: 0.4, missing: false },
    ])
    const both = filterOf(
      { ...none, column: 'a.x', min: 0.2, max: 0.4, also: [{ column: 'b.y', min: 1, max: 3 }] },
      { ...emptyFilter(), ranges },
    )
    expect(both.ranges).toEqual([
      { column: 'a.x', min: 0.2, max: 0.4, missing: false },
      { column: 'b.y', min: 1, max: 3, missing: false },
    ])
    expect(filter).toMatchObject({ seedSets: ['code'], arms: ['seeds'], rounds: [0] })
  })
})

it('figureHref carries column and filter in a form that the figures page reads', () => {
  const filter = { ...emptyFilter(), text: 'a&b#c' }
  const url = new URL(figureHref('s', 'distribution', { column: 'ifd.strict' }, filter), 'http://x')
  expect(url.pathname).toBe('/studies/s/figures')
  expect(JSON.parse(url.searchParams.get('figures') ?? '')).toEqual({
    distribution: { column: 'ifd.strict' },
  })
  expect(JSON.parse(url.searchParams.get('filter') ?? '')).toEqual({ text: 'a&b#c' })
  expect(url.hash).toBe('#figure-distribution')
})
