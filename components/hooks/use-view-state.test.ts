import { describe, expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import { compactFilter, filterQuery, isFiltered } from './use-view-state'

describe('filter in the address', () => {
  it('is absent when every row is shown', () => {
    expect(compactFilter(emptyFilter())).toBeNull()
    expect(isFiltered(emptyFilter())).toBe(false)
    expect(filterQuery(emptyFilter())).toBe('')
  })
  it('holds only the parts that are set', () => {
    const filter = { ...emptyFilter(), rounds: [2], text: 'a&b' }
    expect(compactFilter(filter)).toEqual({ rounds: [2], text: 'a&b' })
    const params = new URLSearchParams(filterQuery(filter).slice(1))
    expect(JSON.parse(params.get('filter') ?? '')).toEqual({ rounds: [2], text: 'a&b' })
  })
})
