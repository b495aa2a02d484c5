import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Atom, Condition } from './condition'
import {
  asGroup,
  conditionAt,
  insertAt,
  moveTo,
  placedAtoms,
  replaceAt,
  stepFrom,
  unwrap,
  wrap,
} from './condition-tree'

const atom = (text: string): Atom => ({ is: 'text', text })
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(atom) as [Atom, Atom, Atom, Atom]
const tree: Condition = { all: [a, { not: { any: [b, { off: c }] } }, d] }
const textsOf = (root: Condition) =>
  placedAtoms(root).map(({ condition }) => (unwrap(condition).core as { text: string }).text)

describe('the tree of conditions', () => {
  it('is read at places that do not count not and off', () => {
    expect(conditionAt(tree, [1, 1])).toEqual({ off: c })
    expect(conditionAt(tree, [2, 0])).toBeUndefined()
    expect(placedAtoms(tree).map(({ path }) => path)).toEqual([[0], [1, 0], [1, 1], [2]])
  })

  it('keeps what is around a group when its parts change', () => {
    expect(replaceAt(tree, [1, 0], null)).toEqual({ all: [a, { not: { any: [{ off: c }] } }, d] })
    expect(insertAt(tree, [1, 2], a)).toEqual({ all: [a, { not: { any: [b, { off: c }, a] } }, d] })
    expect(asGroup({ not: a })).toEqual({ all: [{ not: a }] })
    expect(asGroup({ not: { any: [a] } })).toEqual({ not: { any: [a] } })
  })

  it('negates twice to nothing', () => {
    expect(wrap(unwrap({ not: { off: { not: a } } }))).toEqual({ off: a })
  })

  it('moves a condition in order, into groups and out of them', () => {
    const down = (root: Condition, path: number[]) =>
      moveTo(root, path, stepFrom(root, path, 1) as number[])
    let root = down(tree, [0])
    expect(root).toEqual({ all: [{ not: { any: [a, b, { off: c }] } }, d] })
    root = down(root, [0, 0])
    expect(textsOf(root)).toEqual(['b', 'a', 'c', 'd'])
    root = down(down(root, [0, 1]), [0, 2])
    expect(root).toEqual({ all: [{ not: { any: [b, { off: c }] } }, a, d] })
    expect(stepFrom(root, [2], 1)).toBeNull()
    expect(moveTo(root, [1], stepFrom(root, [1], -1) as number[])).toEqual({
      all: [{ not: { any: [b, { off: c }, a] } }, d],
    })
    expect(moveTo(root, [0], [0, 1])).toEqual(root)
  })

  it('neither loses nor doubles a condition, wherever one is dropped', () => {
    const places = fc.constantFrom([0], [1], [2], [3], [1, 0], [1, 1], [1, 2])
    fc.assert(
      fc.property(places, places, (from, to) => {
        expect(textsOf(moveTo(tree, from, to)).toSorted()).toEqual(['a', 'b', 'c', 'd'])
      }),
    )
  })
})
