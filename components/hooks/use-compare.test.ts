import { describe, expect, it } from 'vitest'
import { parseSide, sideText } from '@/lib/contracts/compare-names'
import type { StudyDetail } from '@/lib/contracts/study'
import { defaultSides } from './use-compare'
import { safeName } from '@/lib/contracts/export'

function study(
  arms: [key: string, armClass: string][],
  cells: [arm: string | null, round: number][],
) {
  return {
    arms: arms.map(([key, armClass]) => ({ key, armClass })),
    cells: cells.map(([armKey, round]) => ({ armKey, round })),
  } as unknown as StudyDetail
}

describe('parseSide', () => {
  it('reads what sideText writes, dots in the key included', () => {
    for (const side of [
      { arm: 'small', round: 2 },
      { arm: 'smol-1.7b', round: 0 },
    ]) {
      expect(parseSide(sideText(side))).toEqual(side)
    }
    expect(['small', '.1', 'small.x', 'small.-1', ''].map(parseSide)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })
})

describe('defaultSides', () => {
  it('puts the small evolver against the large one at the last common round', () => {
    const two = study(
      [
        ['big', 'large'],
        ['tiny', 'small'],
      ],
      [
        [null, 0],
        ['big', 1],
        ['big', 2],
        ['tiny', 1],
        ['tiny', 2],
        ['tiny', 3],
      ],
    )
    expect(defaultSides(two)).toEqual({ a: { arm: 'tiny', round: 2 }, b: { arm: 'big', round: 2 } })
  })

  it('compares the rounds of one evolver, else its round with the seeds, else nothing', () => {
    const rounds = study(
      [['one', 'other']],
      [
        ['one', 1],
        ['one', 2],
      ],
    )
    expect(defaultSides(rounds)).toEqual({
      a: { arm: 'one', round: 2 },
      b: { arm: 'one', round: 1 },
    })
    const seeded = study(
      [['one', 'other']],
      [
        [null, 0],
        ['one', 1],
      ],
    )
    expect(defaultSides(seeded)?.b).toEqual({ arm: 'seeds', round: 0 })
    expect(defaultSides(study([['one', 'other']], [['one', 1]]))).toBeNull()
    expect(defaultSides(study([], []))).toBeNull()
  })
})

describe('safeName', () => {
  it('makes a data set name of any study name', () => {
    expect(safeName('Harbour trial, 2024 (Ä)')).toBe('harbour-trial-2024-a')
    expect(safeName('请写')).toBe('export')
    expect(safeName('../../etc/passwd')).toBe('etc-passwd')
    expect(safeName('x'.repeat(200))).toHaveLength(80)
  })
})
