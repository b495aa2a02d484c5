import { expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import { EQUAL_SIZE_DRAWS, equalSizeMeans } from './equal-size'
import { findNeighbours } from './search'

const OPTIONS = { threshold: 0.05 }
const D = 4

function rowsOf(n: number): Float32Array {
  const random = createRandom(3)
  return Float32Array.from({ length: n * D }, () => random.next())
}

async function meanOf(rows: Float32Array, n: number): Promise<number> {
  const { distance } = await findNeighbours(rows, n, D, OPTIONS)
  return distance.reduce((sum, value) => sum + value, 0) / n
}

it('is the plain mean when the draw is the whole cell', async () => {
  const rows = rowsOf(60)
  const found = await equalSizeMeans(rows, 60, D, { size: 60, seed: 1 }, OPTIONS)
  expect(found.means).toHaveLength(1)
  expect(found.mean).toBeCloseTo(await meanOf(rows, 60), 12)
})

it('gives larger distances for smaller draws, the same for the same seed', async () => {
  const rows = rowsOf(200)
  const draw = (seed: number) => equalSizeMeans(rows, 200, D, { size: 40, seed }, OPTIONS)
  const found = await draw(1)
  expect(found.means).toHaveLength(EQUAL_SIZE_DRAWS)
  expect(found.min).toBeGreaterThan(await meanOf(rows, 200))
  expect(found.min).toBeLessThan(found.mean)
  expect(found.max).toBeGreaterThan(found.mean)
  expect(await draw(1)).toEqual(found)
  expect((await draw(2)).means).not.toEqual(found.means)
})

it('refuses draws larger than the cell, with the reason', async () => {
  const found = await equalSizeMeans(rowsOf(10), 10, D, { size: 11, seed: 1 }, OPTIONS)
  expect(found.means).toEqual([])
  expect(found.reason).toBe('The cell has 10 vectors, fewer than 11.')
})
