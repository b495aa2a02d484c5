import { describe, expect, it } from 'vitest'
import { alignedBySet } from './aligned-by-set'

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
