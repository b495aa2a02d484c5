import { createRandom } from '@/lib/stats/random'
import type { SearchOptions } from './plan'

/** Mean distances of equal-size draws from a cell. */
export interface EqualSize {
  /** Rows of a draw. */
  n: number
  seed: number
  /** Mean MND of each draw. */
  means: number[]
  mean: number
  min: number
  max: number
  /** Why there are none. */
  reason: string | null
}

/** Draws as the definition has them: enough to see their spread. */
export const EQUAL_SIZE_DRAWS = 20

/**
 * Returns the mean distance to the nearest neighbour within seeded draws of `size` rows without replacement: distances
 * fall as a set grows, so that sets compare only at equal size. Vectors are row-major n x d.
 */
export async function equalSizeMeans(
  matrix: Float32Array,
  n: number,
  d: number,
  { size, seed }: { size: number; seed: number },
  options: SearchOptions,
): Promise<EqualSize> {
  const none = { n: size, seed, means: [], mean: Number.NaN, min: Number.NaN, max: Number.NaN }
  if (size > n) return { ...none, reason: `The cell has ${n} vectors, fewer than ${size}.` }
  const { findNeighbours } = await import('./search')
  const random = createRandom(seed)
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  const draws = size === n ? 1 : EQUAL_SIZE_DRAWS
  const means: number[] = []
  const drawn = new Float32Array(size * d)
  for (let draw = 0; draw < draws; draw += 1) {
    // The first `size` places of a shuffle; what earlier draws moved does not matter to a uniform one.
    for (let i = 0; i < size; i += 1) {
      const other = i + random.below(n - i)
      const taken = order[other] as number
      order[other] = order[i] as number
      order[i] = taken
      drawn.set(matrix.subarray(taken * d, (taken + 1) * d), i * d)
    }
    const { distance } = await findNeighbours(drawn, size, d, options)
    means.push(distance.reduce((sum, value) => sum + value, 0) / size)
    options.progress?.(draw + 1, draws)
  }
  return {
    n: size,
    seed,
    means,
    mean: means.reduce((sum, value) => sum + value, 0) / means.length,
    min: Math.min(...means),
    max: Math.max(...means),
    reason: null,
  }
}
