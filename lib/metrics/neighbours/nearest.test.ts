import { expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import { openNearest } from './nearest'

const [N, D, K] = [700, 24, 6]

it('finds the nearest exactly, over several tiles, equal rows by their order', async () => {
  const random = createRandom(1)
  const rows = Float32Array.from({ length: N * D }, () => random.next() - 0.5)
  for (let i = 0; i < N; i += 1) {
    const row = rows.subarray(i * D, (i + 1) * D)
    const length = Math.hypot(...row)
    row.forEach((value, k) => (row[k] = value / length))
  }
  rows.copyWithin(5 * D, 9 * D, 10 * D)
  const finder = await openNearest(rows, [N, D], K, new AbortController().signal)
  const found = await finder.find(rows, N, { isOwn: true })
  const outside = await finder.find(rows.subarray(9 * D), 1)
  await finder.close()
  const wrong: number[] = []
  for (let i = 0; i < N; i += 1) {
    const all = Array.from({ length: N }, (_, j) => {
      let sum = 0
      for (let k = 0; k < D; k += 1) sum += (rows[i * D + k]! - rows[j * D + k]!) ** 2
      return { j, distance: Math.sqrt(sum) }
    })
    const expected = all
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.distance - b.distance || a.j - b.j)
      .slice(0, K)
    const same = expected.every(
      ({ j, distance }, k) =>
        found.indexes[i * K + k] === j && found.distances[i * K + k] === distance,
    )
    if (!same) wrong.push(i)
  }
  expect(wrong).toEqual([])
  expect([...outside.indexes.subarray(0, 2)]).toEqual([5, 9])
  expect([...outside.distances.subarray(0, 2)]).toEqual([0, 0])
})
