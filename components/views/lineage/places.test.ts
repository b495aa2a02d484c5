import { describe, expect, it } from 'vitest'
import type { LineageSeed, LineageStep } from '@/lib/contracts/lineage'
import { neighbourOf, parentIn, stepAt } from './places'

const step = (armKey: string | null, round: number, parent: LineageStep['parent'] = null) =>
  ({ cellId: `${armKey}${round}`, idx: 0, armKey, round, parent }) as LineageStep
// The evolver b has no first round.
const seed: LineageSeed = {
  seedSetKey: 's',
  slot: 0,
  steps: [step(null, 0), step('a', 1, { cellId: 'null0', idx: 0 }), step('a', 2), step('b', 2)],
}
const go = (from: LineageStep | null, direction: Parameters<typeof neighbourOf>[2]) => {
  const found = neighbourOf(seed, from, direction, ['a', 'b'])
  return found ? `${found.armKey} ${found.round}` : null
}

describe('steps of a seed', () => {
  it('are reached by keys from every other one', () => {
    const [start, a1, a2, b2] = seed.steps as [LineageStep, LineageStep, LineageStep, LineageStep]
    expect(go(null, 'later')).toBe('null 0')
    expect([go(start, 'later'), go(a1, 'later'), go(a2, 'later')]).toEqual(['a 1', 'a 2', null])
    expect([go(a2, 'earlier'), go(a1, 'earlier'), go(start, 'earlier')]).toEqual([
      'a 1',
      'null 0',
      null,
    ])
    expect([go(start, 'next'), go(a2, 'next'), go(b2, 'next')]).toEqual(['a 1', 'b 2', null])
    expect([go(b2, 'previous'), go(start, 'previous')]).toEqual(['a 2', null])
    // A round that is missing is passed over.
    expect(go(b2, 'earlier')).toBe('null 0')
    expect([go(start, 'right'), go(a1, 'right'), go(a2, 'right')]).toEqual(['a 1', 'b 2', 'b 2'])
    expect([go(b2, 'left'), go(b2, 'right'), go(a1, 'left')]).toEqual(['a 2', null, null])
  })

  it('are found by place and by link', () => {
    expect(stepAt(seed, { armKey: 'b', round: 1 })).toBeNull()
    expect(parentIn(seed, seed.steps[1]!)?.cellId).toBe('null0')
    expect(parentIn(seed, step('a', 3, { cellId: 'elsewhere', idx: 4 }))).toBeNull()
  })
})
