import { describe, expect, it } from 'vitest'
import { brushedRange } from './header-histogram'
import { nextSort } from '../table/row-table-head'

describe('brushedRange', () => {
  const edges = [0, 1, 2, 3, 4]
  it('takes whole bins, whichever way the drag went', () => {
    expect(brushedRange(edges, 0.3, 0.6, false)).toEqual({ min: 1, max: 3 })
    expect(brushedRange(edges, 0.6, 0.3, false)).toEqual({ min: 1, max: 3 })
  })
  it('stays inside the histogram', () => {
    expect(brushedRange(edges, -1, 2, false)).toEqual({ min: 0, max: 4 })
  })
  it('gives whole levels', () => {
    const levels = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    expect(brushedRange(levels, 0.62, 0.78, true)).toEqual({ min: 4, max: 4 })
    expect(brushedRange(levels, 0.1, 0.3, true)).toEqual({ min: 1, max: 2 })
  })
})

describe('nextSort', () => {
  it('goes down, up, and back to file order', () => {
    const start = { column: 'position', descending: false }
    const down = nextSort(start, 'a.b')
    const up = nextSort(down, 'a.b')
    expect([down, up, nextSort(up, 'a.b')]).toEqual([
      { column: 'a.b', descending: true },
      { column: 'a.b', descending: false },
      start,
    ])
  })
})
