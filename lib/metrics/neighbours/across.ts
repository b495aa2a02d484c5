import { throwIfAborted } from '@/lib/errors'
import { squaredDistance } from './distance.mjs'
import { distinctRows, packDistinct } from './distinct'
import { TILE } from './plan'
import { searchInThreads } from './search'
import type { DistinctNeighbours, SearchOptions } from './search'

/** The nearest row of another set for every row of a set. */
export interface NeighboursAcross {
  /** Squared Euclidean distance to it, exact in float64. */
  distance: Float64Array
  /** Its index in the other set; the lowest one where several are equally near. */
  neighbour: Int32Array
  /** Number of rows of the other set nearer than the threshold. */
  near: Float64Array
  /** Squared distance to the second nearest row, infinite where there is none; null where it was not asked for. */
  second: Float64Array | null
}

// Products of this many pairs take the plain loop as long as starting the threads.
const PLAIN_PAIRS = 180_000

function searchPlainly(
  rows: Float32Array,
  d: number,
  copies: Uint32Array,
  asking: number,
  from: number,
  { threshold, signal, wantsSecond = false }: SearchOptions,
): DistinctNeighbours {
  const n = copies.length
  const distance = new Float64Array(asking).fill(Infinity)
  const neighbour = new Int32Array(asking).fill(-1)
  const near = new Float64Array(asking)
  const second = wantsSecond ? new Float64Array(asking).fill(Infinity) : null
  for (let i = 0; i < asking; i += 1) {
    throwIfAborted(signal)
    for (let j = from; j < n; j += 1) {
      const value = squaredDistance(rows, d, i, j)
      if (value < (distance[i] as number)) {
        if (second) second[i] = distance[i] as number
        distance[i] = value
        neighbour[i] = j
      } else if (second && value < (second[i] as number)) second[i] = value
      if (value < threshold) near[i] = (near[i] as number) + (copies[j] as number)
    }
  }
  return { distance, neighbour, near, nRescanned: 0, second }
}

/**
 * Returns for each of `n` rows the nearest of `m` other rows, exactly as `findNeighbours` does within one set. Both
 * matrices are row-major of dimension d. Needs at least one row on either side.
 */
export async function findNeighboursAcross(
  rows: Float32Array,
  n: number,
  others: Float32Array,
  m: number,
  d: number,
  options: SearchOptions,
): Promise<NeighboursAcross> {
  throwIfAborted(options.signal)
  const own = distinctRows(rows, n, d)
  const other = distinctRows(others, m, d)
  const asking = own.n
  const from = Math.ceil(asking / TILE) * TILE
  const all = new Float32Array((from + other.n) * d)
  all.set(packDistinct(rows, d, own))
  all.set(packDistinct(others, d, other), from * d)
  const copies = new Uint32Array(from + other.n)
  copies.set(other.copies, from)
  const isSmall = asking * other.n <= (options.plainBelow ?? PLAIN_PAIRS)
  const found = isSmall
    ? searchPlainly(all, d, copies, asking, from, options)
    : await searchInThreads(all, d, copies, options, { asking, from })
  const result: NeighboursAcross = {
    distance: new Float64Array(n),
    neighbour: new Int32Array(n),
    near: new Float64Array(n),
    second: found.second && new Float64Array(n),
  }
  for (let i = 0; i < n; i += 1) {
    const g = own.group[i] as number
    result.distance[i] = found.distance[g] as number
    const nearest = (found.neighbour[g] as number) - from
    result.neighbour[i] = other.first[nearest] as number
    result.near[i] = found.near[g] as number
    // A copy of the nearest row is as near.
    const isDouble = (other.copies[nearest] as number) > 1
    if (result.second && found.second) {
      result.second[i] = isDouble ? (found.distance[g] as number) : (found.second[g] as number)
    }
  }
  return result
}
