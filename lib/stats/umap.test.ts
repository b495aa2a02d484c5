import { describe, expect, it } from 'vitest'
import { principalPlane } from './principal'
import { createRandom } from './random'
import { joinStrengths, placeAmong, umap, type NearestOthers } from './umap'

const D = 20
const CLUSTERS = 5

/** Points around a few centres, without an order of clusters. */
function clustered(n: number, seed: number): Float32Array {
  const centres = createRandom(7)
  const middle = Float32Array.from({ length: CLUSTERS * D }, () => 4 * centres.next())
  const random = createRandom(seed)
  return Float32Array.from({ length: n * D }, (_, at) => {
    const cluster = Math.floor(at / D) % CLUSTERS
    return (middle[cluster * D + (at % D)] as number) + random.next()
  })
}

function distance(of: ArrayLike<number>, d: number, i: number, j: number): number {
  let sum = 0
  for (let k = 0; k < d; k += 1) sum += ((of[i * d + k] as number) - (of[j * d + k] as number)) ** 2
  return Math.sqrt(sum)
}

/** Every other point by distance, nearest first: the plain definition. */
function ranked(of: ArrayLike<number>, d: number, i: number): number[] {
  const n = of.length / d
  const far = Array.from({ length: n }, (_, j) => distance(of, d, i, j))
  return Array.from({ length: n }, (_, j) => j)
    .filter((j) => j !== i)
    .sort((a, b) => (far[a] as number) - (far[b] as number))
}

function nearestOf(points: Float32Array, k: number): NearestOthers {
  const n = points.length / D
  const indexes = Int32Array.from(
    Array.from({ length: n }, (_, i) => ranked(points, D, i).slice(0, k)).flat(),
  )
  const distances = Float64Array.from(indexes, (j, at) =>
    distance(points, D, Math.floor(at / k), j),
  )
  return { k, indexes, distances }
}

/** Trustworthiness (Venna and Kaski, 2001): 1 where no point is among the nearest of the plane that is not near in space. */
function trustworthiness(points: Float32Array, plane: Float64Array, k: number): number {
  const n = points.length / D
  let penalty = 0
  for (let i = 0; i < n; i += 1) {
    const order = ranked(points, D, i)
    for (const j of ranked(plane, 2, i).slice(0, k))
      penalty += Math.max(0, order.indexOf(j) + 1 - k)
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * penalty
}

async function layout(points: Float32Array, k: number, seed: number): Promise<Float64Array> {
  const start = await principalPlane(points, points.length / D, D, seed, async () => undefined)
  const steps = umap(nearestOf(points, k), start, seed)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

describe('umap', () => {
  it('keeps neighbours together on separable clusters, the same for the same seed', async () => {
    const points = clustered(250, 1)
    const plane = await layout(points, 10, 1)
    expect(trustworthiness(points, plane, 10)).toBeGreaterThan(0.9)
    const own = Array.from({ length: 250 }, (_, i) =>
      ranked(plane, 2, i)
        .slice(0, 10)
        .every((j) => j % CLUSTERS === i % CLUSTERS),
    )
    expect(own.filter(Boolean).length).toBeGreaterThanOrEqual(0.9 * 250)
    expect(await layout(points, 10, 1)).toEqual(plane)
    expect(await layout(points, 10, 2)).not.toEqual(plane)
  })

  it('lays out points of which many are equal, and two', async () => {
    const equal = new Float32Array(30 * D)
    equal.set(clustered(10, 1))
    expect((await layout(equal, 5, 1)).every(Number.isFinite)).toBe(true)
    expect((await layout(clustered(2, 1), 1, 1)).every(Number.isFinite)).toBe(true)
  })

  it('joins the nearest fully and all together as strongly as log2(k + 1)', () => {
    const strengths = joinStrengths(Float64Array.from([0.5, 0.6, 0.7, 0.9, 1.4, 2, 3]))
    expect(strengths[0]).toBe(1)
    expect(strengths.reduce((sum, one) => sum + one, 0)).toBeCloseTo(3, 4)
    expect([...strengths].sort((a, b) => b - a)).toEqual([...strengths])
  })
})

describe('placeAmong', () => {
  it('puts a point near the places of its own cluster, and on one that it equals', async () => {
    const points = clustered(250, 1)
    const plane = await layout(points, 10, 1)
    const later = clustered(50, 2)
    for (let i = 0; i < 50; i += 1) {
      const all = new Float32Array([...points, ...later.subarray(i * D, (i + 1) * D)])
      const near = Int32Array.from(ranked(all, D, 250).slice(0, 10))
      const far = Float64Array.from(near, (j) => distance(all, D, 250, j))
      const place = placeAmong(near, far, plane)
      const [beside = -1] = ranked([...plane, ...place], 2, 250)
      expect(beside % CLUSTERS).toBe(i % CLUSTERS)
    }
    expect(placeAmong(Int32Array.of(3, 4), Float64Array.of(0, 0.2), plane)).toEqual([
      plane[6],
      plane[7],
    ])
  })
})
