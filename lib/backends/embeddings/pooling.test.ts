import { describe, expect, it } from 'vitest'
import { batchByLength, cutPieces, meanPool } from './pooling'

describe('cutting', () => {
  it('keeps the mark at the end', () => {
    expect(cutPieces([101, 1, 2, 3, 102], 4)).toEqual({ ids: [101, 1, 2, 102], cut: true })
    expect(cutPieces([101, 1, 102], 3)).toEqual({ ids: [101, 1, 102], cut: false })
  })
})

describe('batches', () => {
  it('hold every text once, by length, within the limits', () => {
    const batches = batchByLength([50, 5, 6, 300, 49, 6], 120)
    expect(batches.map(({ texts, length }) => ({ texts, length }))).toEqual([
      { texts: [1], length: 5 },
      { texts: [2, 5], length: 6 },
      { texts: [4, 0], length: 50 },
      { texts: [3], length: 300 },
    ])
  })
})

describe('pooling', () => {
  it("averages the text's own rows and scales to length 1", () => {
    const states = Float32Array.of(9, 9, 3, 0, 3, 8, 99, 99)
    const vector = meanPool(states, 1, 2, 2)
    expect(Array.from(vector)).toEqual([Math.fround(3 / 5), Math.fround(4 / 5)])
  })

  it('returns zeros for a text without rows', () => {
    expect(Array.from(meanPool(new Float32Array(4), 0, 0, 2))).toEqual([0, 0])
  })
})
