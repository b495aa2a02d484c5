import { describe, expect, it } from 'vitest'
import { ByteVectors } from './byte-vectors'
import { createRandom } from './random'

const random = createRandom(4)
const whole = (most: number) => Math.round((random.next() * 2 - 1) * most)

describe('vectors of bytes', () => {
  // Fewer coordinates than a step, between two steps, and a whole number of them; more rows than a block.
  it.each([
    [3, 40],
    [20, 5],
    [384, 20_000],
  ])('multiplies %i coordinates of %i rows', (d, rows) => {
    const vectors = new ByteVectors()
    vectors.reserve(7, 5)
    const at = vectors.reserve(rows, d)
    const codes = vectors.bytes(at, rows, d)
    const width = codes.length / rows
    for (let row = 0; row < rows; row += 1)
      for (let k = 0; k < d; k += 1) codes[row * width + k] = whole(127)
    const other = Int16Array.from({ length: d }, () => whole(0x7fff))
    const expected = Int32Array.from({ length: rows }, (_, row) =>
      other.reduce((sum, value, k) => sum + value * (codes[row * width + k] as number), 0),
    )
    expect(vectors.products(at, rows, other)).toEqual(expected)
  })
})
