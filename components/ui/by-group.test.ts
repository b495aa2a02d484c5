import { expect, it } from 'vitest'
import { byGroup } from './by-group'

it('keeps groups in the order of their first thing, and things in theirs', () => {
  const of = (group: string, id: number) => ({ group, id })
  expect(byGroup([of('b', 1), of('a', 2), of('b', 3)])).toEqual([
    ['b', [of('b', 1), of('b', 3)]],
    ['a', [of('a', 2)]],
  ])
  expect(byGroup([])).toEqual([])
})
