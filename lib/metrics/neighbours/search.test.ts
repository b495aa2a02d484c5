import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '@/lib/stats/random'
import { distinctRows } from './distinct'
import { findNeighbours } from './search'
import type { Neighbours } from './search'

const THRESHOLD = 0.05
// Each starts threads; many more were run once, see ARCHITECTURE.
const PROPERTY_RUNS = Number(process.env.PROPERTY_RUNS ?? 6)

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
    { name: 'more in question than waits', n: 3000, d: 4, spread: 0.01, unit: true },
    { name: 'exactly two tiles', n: 1024, d: 8, spread: 0.5, unit: true },
  ]
  it.each(cases)('in threads equals float64 brute force: $name', async ({ n, d, spread, unit }) => {
    const rows = makeRows(n, d, { spread, unit, seed: n + d })
    const found = await findNeighbours(rows, n, d, {
      threshold: THRESHOLD,
      plainPairs: 0,
      threads: 3,
    })
    expect(errorsOf(found, rows, n, d)).toEqual({ exact: true, wrong: [] })
    const single = await findNeighbours(rows, n, d, {
      threshold: THRESHOLD,
      plainPairs: 0,
      threads: 1,
    })
    expect([...single.neighbour]).toEqual([...found.neighbour])
  })

  it('in threads works below one tile, and plainly', async () => {
    const rows = makeRows(40, 5, { spread: 0.3, unit: true, seed: 1 })
    for (const plainPairs of [0, 10_000]) {
      const found = await findNeighbours(rows, 40, 5, { threshold: THRESHOLD, plainPairs })
      expect(errorsOf(found, rows, 40, 5)).toEqual({ exact: true, wrong: [] })
    }
  })

  it('compares few pairs in float64 where rows are apart, by either kind of products', async () => {
    const [n, d] = [1300, 24]
    const rows = makeRows(n, d, { spread: 0.25, unit: true, seed: 9 })
    for (const only of ['int8', 'float32'] as const) {
      const allowed = { int8: only === 'int8', float32: only === 'float32' }
      const options = { threshold: THRESHOLD, plainPairs: 0, threads: 1, allowed }
      const found = await findNeighbours(rows, n, d, options)
      expect(errorsOf(found, rows, n, d)).toEqual({ exact: true, wrong: [] })
      expect(found.tiles).toEqual({ int8: 0, float32: 0, [only]: 6 })
      expect(found.nCompared).toBeLessThan((n * n) / 5)
    }
  })

  it('gives copies of one vector each other', async () => {
    const rows = Float32Array.from({ length: 5 * 3 }, (_, i) => i % 3)
    const found = await findNeighbours(rows, 5, 3, { threshold: THRESHOLD })
    expect([...found.distance]).toEqual([0, 0, 0, 0, 0])
    expect([...found.neighbour]).toEqual([1, 0, 0, 0, 0])
    expect([...found.repeats]).toEqual([4, 4, 4, 4, 4])
    expect(found.nDistinct).toBe(1)
  })

  it('equals float64 brute force on sets that products cannot tell apart', async () => {
    const [n, d] = [530, 9]
    type Maker = (i: number, random: () => number) => number[]
    const makers: Maker[] = [
      // On one line, equally far from their neighbours.
      (i) => Array.from({ length: d }, () => i / 64),
      // Nearly equal, beyond what float32 products hold.
      (_, random) => Array.from({ length: d }, () => 1 + 1e-6 * random()),
      // A step around the threshold from one another: sqrt(0.05) along the axes.
      (i) =>
        Array.from(
          { length: d },
          (_, k) => (k === i % d ? Math.sqrt(THRESHOLD / 2) : 0) + (i >> 6),
        ),
      // Equal in pairs, and rows of zeros.
      (i) => Array.from({ length: d }, (_, k) => (i >> 1) % (k + 2)),
      () => Array.from({ length: d }, () => 0),
      // One direction, lengths over many orders.
      (i) => Array.from({ length: d }, () => 1e-3 * 1.05 ** i),
      // Far from everything.
      (i) => Array.from({ length: d }, (_, k) => (k === 0 ? 1e6 * (i + 1) : 0)),
      (_, random) => Array.from({ length: d }, () => random() - 0.5),
    ]
    const odd = fc.constantFrom(...makers)
    await fc.assert(
      fc.asyncProperty(
        fc.array(odd, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (kinds, seed) => {
          const random = createRandom(seed)
          const rows = Float32Array.from(
            Array.from(
              { length: n },
              (_, i) => kinds[random.below(kinds.length)]?.(i, () => random.next()) ?? [],
            ).flat(),
          )
          const allowed = { int8: seed % 3 > 0, float32: seed % 3 < 2 }
          const options = { threshold: THRESHOLD, plainPairs: 0, threads: 1 + (seed % 2), allowed }
          const found = await findNeighbours(rows, n, d, options)
          const plain = await findNeighbours(rows, n, d, {
            threshold: THRESHOLD,
            plainPairs: Infinity,
          })
          expect(found.distance).toEqual(plain.distance)
          expect(found.neighbour).toEqual(plain.neighbour)
          expect(found.repeats).toEqual(plain.repeats)
        },
      ),
      { numRuns: PROPERTY_RUNS },
    )
  })

  it('goes on where a search that was stopped left off, and from nothing of another one', async () => {
    const [n, d] = [3_000, 8]
    const rows = makeRows(n, d, { spread: 0.5, unit: true, seed: 4 })
    const expected = await findNeighbours(rows, n, d, { threshold: THRESHOLD })
    const left: Uint8Array[] = []
    const controller = new AbortController()
    const kept = {
      read: () => left.at(-1) ?? null,
      write(bytes: Uint8Array) {
        left.push(bytes)
        if (left.length === 2) controller.abort()
      },
    }
    const options = { threshold: THRESHOLD, keepEvery: 0, threads: 2, kept }
    const stopped = findNeighbours(rows, n, d, { ...options, signal: controller.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    expect(left.length).toBeGreaterThan(1)
    const seen: number[] = []
    const again = { ...options, keepEvery: 60_000, progress: (done: number) => seen.push(done) }
    const found = await findNeighbours(rows, n, d, again)
    expect(seen[0]).toBeGreaterThan(0)
    // What was found before is a limit for what is still looked at.
    expect(found.nCompared).toBeLessThan(expected.nCompared)
    expect(found).toMatchObject({
      distance: expected.distance,
      neighbour: expected.neighbour,
      repeats: expected.repeats,
    })
    rows.set([0.5], 0)
    seen.length = 0
    const changed = await findNeighbours(rows, n, d, again)
    expect(seen[0]).toBe(0)
    expect(changed.distance).toEqual(
      (await findNeighbours(rows, n, d, { threshold: THRESHOLD })).distance,
    )
  })

  it('refuses vectors with values that are not numbers', async () => {
    const rows = Float32Array.from({ length: 40 }, (_, i) => (i === 7 ? Number.NaN : i))
    await expect(findNeighbours(rows, 20, 2, { threshold: THRESHOLD })).rejects.toThrow(
      /not numbers/,
    )
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
