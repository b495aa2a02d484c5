import { expect, it } from 'vitest'
import type { Atom, Condition } from '@/lib/contracts/condition'
import { withAtom } from './with-atom'

it('joins a condition to those that are there, in place of another of its kind', () => {
  const marks: Condition = { is: 'marks', kinds: ['star'] }
  const copies = (likeness: number): Atom => ({
    is: 'repeats',
    of: 'near',
    likeness,
    keep: 'members',
  })
  expect(withAtom(undefined, copies(0.9))).toEqual({ all: [copies(0.9)] })
  expect(withAtom(marks, copies(0.9))).toEqual({ all: [marks, copies(0.9)] })
  expect(withAtom({ all: [copies(0.8), marks] }, copies(0.9))).toEqual({
    all: [marks, copies(0.9)],
  })
  const either: Condition = { any: [copies(0.8), marks] }
  expect(withAtom(either, copies(0.9))).toEqual({ all: [either, copies(0.9)] })
})
