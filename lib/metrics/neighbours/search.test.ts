import { describe, expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import { distinctRows } from './distinct'
import { findNeighbours } from './search'
import type { Neighbours } from './search'

const THRESHOLD = 0.05

/** Random vectors around cluster centres, some of them exact copies of others. */
function makeRows(n: number, d: number, options: { spread: number; unit: boolean; seed: number }) {
  const random = createRandom(options.seed)
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(6.283185307179586 * random.next())
  const centres = Array.from({ length: 12 }, () => Array.from({ length: d }, normal))
  const rows = new Float32Array(n * d)
  for (let i = 0; i < n; i += 1) {
    if (i > 20 && random.next() < 0.05) {
      const from = random.below(i)
      rows.copyWithin(i * d, from * d, (from + 1) * d)
      continue
    }
    const centre = centres[random.below(12)] as number[]
    const row = centre.map((value) => value + options.spread * normal())
    const norm = options.unit ? Math.hypot(...row) : 1
    rows.set(
      row.map((value) => value / norm),
      i * d,
    )
  }
  return rows
}

/** Float64 brute force by definition. */
function oracle(rows: Float32Array, n: number, d: number) {
  const distance = new Float64Array(n).fill(Infinity)
  const repeats = new Float64Array(n)
  const all: Float64Array[] = []
  for (let i = 0; i < n; i += 1) {
    const line = new Float64Array(n)
    for (let j = 0; j < n; j += 1) {
      let sum = 0
      for (let k = 0; k < d; k += 1) {
        sum += ((rows[i * d + k] as number) - (rows[j * d + k] as number)) ** 2
      }
      line[j] = sum
      if (j === i) continue
      distance[i] = Math.min(distance[i] as number, sum)
      if (sum < THRESHOLD) repeats[i] = (repeats[i] as number) + 1
    }
    all.push(line)
  }
  return { distance, repeats, all }
}

/** Returns the largest error of a distance, and the rows whose neighbour or repeat count is wrong. */
function errorsOf(found: Neighbours, rows: Float32Array, n: number, d: number) {
  const expected = oracle(rows, n, d)
  let worst = 0
  const wrong: number[] = []
  for (let i = 0; i < n; i += 1) {
    const distance = expected.distance[i] as number
    worst = Math.max(worst, Math.abs((found.distance[i] as number) - distance))
    const named = found.neighbour[i] as number
    const toNamed = expected.all[i]?.[named] as number
    if (named === i || Math.abs(toNamed - distance) > 1e-9) wrong.push(i)
    if (found.repeats[i] !== expected.repeats[i]) wrong.push(i)
  }
  return { exact: worst < 1e-9, wrong }
}

describe('findNeighbours', () => {
  const cases = [
    { name: 'unit vectors, copies, a last tile in part', n: 1300, d: 24, spread: 0.25, unit: true },
    { name: 'many near repeats', n: 1100, d: 16, spread: 0.03, unit: true },
    { name: 'vectors of any length', n: 1100, d: 17, spread: 1, unit: false },
    { name: 'exactly two tiles', n: 1024, d: 8, spread: 0.5, unit: true },
  ]
  it.each(cases)('in threads equals float64 brute force: $name', async ({ n, d, spread, unit }) => {
    const rows = makeRows(n, d, { spread, unit, seed: n + d })
    const found = await findNeighbours(rows, n, d, {
      threshold: THRESHOLD,
      plainBelow: 0,
      threads: 3,
    })
    expect(errorsOf(found, rows, n, d)).toEqual({ exact: true, wrong: [] })
    const single = await findNeighbours(rows, n, d, {
      threshold: THRESHOLD,
      plainBelow: 0,
      threads: 1,
    })
    expect([...single.neighbour]).toEqual([...found.neighbour])
  })

  it('in threads works below one tile, and plainly', async () => {
    const rows = makeRows(40, 5, { spread: 0.3, unit: true, seed: 1 })
    for (const plainBelow of [0, 100]) {
      expect(
        errorsOf(
          await findNeighbours(rows, 40, 5, { threshold: THRESHOLD, plainBelow }),
          rows,
          40,
          5,
        ),
      ).toEqual({ exact: true, wrong: [] })
    }
  })

  it('rescans rows whose candidates float32 cannot tell apart', async () => {
    const random = createRandom(5)
    const [n, d] = [700, 6]
    const rows = Float32Array.from({ length: n * d }, () => 1 + 1e-6 * random.next())
    const found = await findNeighbours(rows, n, d, { threshold: THRESHOLD, plainBelow: 0 })
    expect(found.nRescanned).toBeGreaterThan(0)
    expect(errorsOf(found, rows, n, d)).toEqual({ exact: true, wrong: [] })
  })

  it('gives copies of one vector each other', async () => {
    const rows = Float32Array.from({ length: 5 * 3 }, (_, i) => i % 3)
    const found = await findNeighbours(rows, 5, 3, { threshold: THRESHOLD })
    expect([...found.distance]).toEqual([0, 0, 0, 0, 0])
    expect([...found.neighbour]).toEqual([1, 0, 0, 0, 0])
    expect([...found.repeats]).toEqual([4, 4, 4, 4, 4])
    expect(found.nDistinct).toBe(1)
  })

  it('stops on abort, before and during the search', async () => {
    const rows = makeRows(6000, 64, { spread: 0.5, unit: true, seed: 2 })
    const controller = new AbortController()
    const running = findNeighbours(rows, 6000, 64, {
      threshold: THRESHOLD,
      signal: controller.signal,
      progress: () => controller.abort(),
    })
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    const again = findNeighbours(rows, 6000, 64, {
      threshold: THRESHOLD,
      signal: controller.signal,
    })
    await expect(again).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('reports progress up to the total', async () => {
    const rows = makeRows(1200, 8, { spread: 0.5, unit: true, seed: 3 })
    const seen: [number, number][] = []
    await findNeighbours(rows, 1200, 8, {
      threshold: THRESHOLD,
      progress: (done, total) => seen.push([done, total]),
    })
    expect(seen.at(-1)).toEqual([6, 6])
  })
})

describe('distinctRows', () => {
  it('groups equal rows in order of first appearance', () => {
    const rows = Float32Array.of(1, 2, 3, 4, 1, 2, 0, 0, 3, 4, 1, 2)
    const groups = distinctRows(rows, 6, 2)
    expect(groups.n).toBe(3)
    expect([...groups.first]).toEqual([0, 1, 3])
    expect([...groups.copies]).toEqual([3, 2, 1])
    expect([...groups.group]).toEqual([0, 1, 0, 2, 1, 0])
  })
})
