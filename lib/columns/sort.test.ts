import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { mergedRows, sortedRows, sortPermutation } from './sort'

/** The definition in its slow form: compare, missing last, ties by position. */
function oracle(values: Float64Array, descending: boolean): number[] {
  return [...values.keys()].sort((a, b) => {
    const x = values[a] as number
    const y = values[b] as number
    const xMissing = Number.isNaN(x)
    const yMissing = Number.isNaN(y)
    if (xMissing || yMissing) return Number(xMissing) - Number(yMissing) || a - b
    return (descending ? y - x : x - y) || a - b
  })
}

describe('sortPermutation', () => {
  it('puts missing values last in both directions and keeps ties in place', () => {
    const values = Float64Array.of(2, Number.NaN, -1, 2, 0, -0)
    expect([...sortPermutation(values)]).toEqual([2, 4, 5, 0, 3, 1])
    expect([...sortPermutation(values, true)]).toEqual([0, 3, 4, 5, 2, 1])
  })

  it('agrees with a comparison sort on any doubles', () => {
    const numbers = fc.array(
      fc.oneof(
        fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
        fc.constantFrom(0, -0, 1, Number.NaN),
      ),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(numbers, fc.boolean(), (list, descending) => {
        const values = Float64Array.from(list)
        expect([...sortPermutation(values, descending)]).toEqual(oracle(values, descending))
      }),
    )
  })

  it('agrees on values that differ in their last bits only, few and many', () => {
    for (const n of [5, 400]) {
      const values = Float64Array.from({ length: n }, (_, k) => 1 + ((k * 7919) % n) * 2 ** -50)
      values[3] = values[2] as number
      for (const descending of [false, true]) {
        expect([...sortPermutation(values, descending)]).toEqual(oracle(values, descending))
      }
    }
  })

  it('says where each value begins, and how many rows have one', () => {
    const { order, valued, isFirst } = sortedRows(Float64Array.of(2, Number.NaN, -1, 2, -0, 0))
    expect([...order]).toEqual([2, 4, 5, 0, 3, 1])
    expect([valued, ...isFirst]).toEqual([5, 1, 1, 0, 1, 0, 0])
  })

  it('handles nothing and one', () => {
    expect([...sortPermutation(new Float64Array())]).toEqual([])
    expect([...sortPermutation(Float64Array.of(Number.NaN))]).toEqual([0])
  })
})

it('merges columns that are sorted one by one into the order of all their rows', () => {
  const parts = [
    [2, Number.NaN, -1, 2],
    [0, 2, -0, Number.POSITIVE_INFINITY],
    [Number.NaN],
    [-1, 1e-200, 5],
  ].map((own) => {
    const values = Float64Array.from(own)
    const { order, valued } = sortedRows(values)
    const column = { values, status: new Uint8Array(own.length), width: 1, n: own.length }
    return { column, order: Uint32Array.from(order.subarray(0, valued)) }
  })
  const all = parts.flatMap(({ column }) => [...column.values])
  expect(mergedRows(parts)).toEqual(sortedRows(Float64Array.from(all)))
})
