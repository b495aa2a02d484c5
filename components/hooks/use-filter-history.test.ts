import { describe, expect, it } from 'vitest'
import { stepBack, stepOn, withStep } from './use-filter-history'

describe('steps of the filter', () => {
  const start = { past: [], shown: '{}', future: [] }
  const two = withStep(withStep(start, 'a'), 'b')

  it('go back and on to the same filters', () => {
    const back = stepBack(two)
    expect(back?.shown).toBe('a')
    const first = stepBack(back ?? start)
    expect(first).toEqual({ past: [], shown: '{}', future: ['b', 'a'] })
    expect(stepBack(first ?? two)).toBeNull()
    expect(stepOn(stepOn(first ?? two) ?? start)).toEqual(two)
    expect(stepOn(two)).toBeNull()
  })

  it('end at a change of another kind what could be redone', () => {
    const changed = withStep(stepBack(two) ?? start, 'c')
    expect(changed).toEqual({ past: ['{}', 'a'], shown: 'c', future: [] })
  })

  it('are forgotten after a hundred', () => {
    let history = withStep(start, '0')
    for (let k = 1; k < 300; k++) history = withStep(history, String(k))
    expect(history.past).toHaveLength(100)
    expect(history.past.at(-1)).toBe('298')
  })
})
