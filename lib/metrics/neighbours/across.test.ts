import { describe, expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import { findNeighboursAcross } from './across'

const THRESHOLD = 0.05

/** Unit vectors near a few centres that both sets share; every tenth is a copy of the one before. */
function unitRows(n: number, d: number, seed: number): Float32Array {
  const centres = createRandom(1)
  const middle = Array.from({ length: 8 }, () => Array.from({ length: d }, () => centres.next()))
  const random = createRandom(seed)
  const rows = new Float32Array(n * d)
  for (let i = 0; i < n; i += 1) {
    if (i % 10 === 9) {
      rows.copyWithin(i * d, (i - 1) * d, i * d)
      continue
    }
    const centre = middle[random.below(8)] as number[]
    const row = centre.map((value) => value + 0.4 * (random.next() - 0.5))
    const norm = Math.hypot(...row)
    rows.set(
      row.map((value) => value / norm),
      i * d,
    )
  }
  return rows
}

function distanceOf(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  let sum = 0
  for (let k = 0; k < d; k += 1) {
    sum += ((a[i * d + k] as number) - (b[j * d + k] as number)) ** 2
  }
  return sum
}

/** Returns the largest error of a distance and the rows whose neighbour or count is wrong, or whose second distance. */
async function errorsOf(n: number, m: number, d: number, plainPairs?: number) {
  const rows = unitRows(n, d, 2)
  const others = unitRows(m, d, 3)
  // One row that stands in both sets.
  others.set(rows.subarray(0, d), (m - 1) * d)
  const found = await findNeighboursAcross(rows, n, others, m, d, {
    threshold: THRESHOLD,
    threads: 2,
    wantsSecond: true,
    ...(plainPairs === undefined ? {} : { plainPairs }),
  })
  let worst = 0
  const wrong: number[] = []
  for (let i = 0; i < n; i += 1) {
    const all: number[] = []
    let near = 0
    for (let j = 0; j < m; j += 1) {
      const value = distanceOf(rows, i, others, j, d)
      all.push(value)
      if (value < THRESHOLD) near += 1
    }
    const [best = Infinity, second = Infinity] = all.toSorted((a, b) => a - b)
    const nearest = distanceOf(rows, i, others, found.neighbour[i] as number, d)
    worst = Math.max(worst, Math.abs((found.distance[i] as number) - best), nearest - best)
    const isSecond = m === 1 || Math.abs((found.second?.[i] as number) - second) < 1e-9
    if (found.near[i] !== near || !isSecond) wrong.push(i)
  }
  // The row that stands in both sets.
  return { isExact: worst < 1e-9, wrong, first: found.distance[0] }
}

const EXACT = { isExact: true, wrong: [], first: 0 }

describe('findNeighboursAcross', () => {
  it('agrees with the definition in the plain loop', async () => {
    expect(await errorsOf(120, 90, 7)).toEqual(EXACT)
  })

  it('agrees with the definition in threads, over several tiles and odd ends', async () => {
    expect(await errorsOf(1_100, 700, 24, 0)).toEqual(EXACT)
  })

  it('agrees where one side is a single row', async () => {
    expect(await errorsOf(1, 530, 16, 0)).toEqual(EXACT)
    expect(await errorsOf(530, 1, 16, 0)).toEqual(EXACT)
  })

  it('has no second row where the other side is one', async () => {
    const rows = unitRows(3, 4, 2)
    const options = { threshold: THRESHOLD, wantsSecond: true }
    const found = await findNeighboursAcross(rows, 3, rows, 1, 4, options)
    expect([...(found.second ?? [])]).toEqual([Infinity, Infinity, Infinity])
  })

  it('stops when told to', async () => {
    const controller = new AbortController()
    controller.abort()
    const rows = unitRows(30, 4, 2)
    const search = findNeighboursAcross(rows, 30, rows, 30, 4, {
      threshold: THRESHOLD,
      signal: controller.signal,
    })
    await expect(search).rejects.toMatchObject({ code: 'cancelled' })
  })
})
