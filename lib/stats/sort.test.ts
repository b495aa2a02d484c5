import { expect, it } from 'vitest'
import { createRandom } from './random'
import { ascendingOrder } from './ranks'
import { numberAt, sortAscending } from './sort'

const random = createRandom(3)
const EDGES = [0, -0, Infinity, -Infinity, 5e-324, -5e-324, 1.7e308, -1.7e308, 1, 1 + 2 ** -52]

const SHAPES: [string, number, () => number][] = [
  ['few', 100, () => random.next() - 0.5],
  ['many', 50_000, () => (random.next() - 0.5) * 10 ** Math.floor(600 * random.next() - 300)],
  ['whole', 50_000, () => Math.floor(200 * random.next()) - 100],
  ['equal', 5_000, () => 0.1],
  ['counted', 5_000, () => Math.floor(200 * random.next()) - 100],
]

it.each(SHAPES)('orders %s numbers as the native sort does', (_, n, draw) => {
  const values = Float64Array.from({ length: n }, draw)
  values.set(n === 5_000 ? [] : EDGES)
  // A part of a larger array, as columns without all rows are.
  const part = new Float64Array([7, ...values, 7]).subarray(1, n + 1)
  const sorted = sortAscending(part)
  expect(
    Buffer.compare(
      Buffer.from(Float64Array.from(sorted).buffer),
      Buffer.from(values.sort().buffer),
    ),
  ).toBe(0)
  expect([part.buffer.byteLength / 8, new Float64Array(part.buffer)[0]]).toEqual([n + 2, 7])
})

it.each(SHAPES)(
  'orders the positions of %s numbers, the first of equal ones first',
  (_, n, draw) => {
    const values = Float64Array.from({ length: n }, draw)
    values.set(n === 5_000 ? [] : [0, -0, ...EDGES, 0, -0])
    const expected = [...values.keys()].toSorted((a, b) => {
      const [x, y] = [values[a] as number, values[b] as number]
      return x < y ? -1 : x > y ? 1 : a - b
    })
    expect([...ascendingOrder(values)]).toEqual(expected)
  },
)

it.each(SHAPES)('finds the numbers at places among %s ones', (_, n, draw) => {
  const values = Float64Array.from({ length: n }, draw)
  const ascending = values.toSorted()
  for (const place of [0, 1, n >> 1, Math.floor(0.9 * n), n - 1])
    expect(numberAt(values, place)).toBe(ascending[place])
  expect(values.toSorted()).toEqual(ascending)
})
