import { throwIfAborted } from '@/lib/errors'
import type { SearchOptions } from './plan'
import { searchAmong } from './search'
import { makeSide } from './sides'

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
  const own = makeSide(rows, n, d)
  const other = makeSide(others, m, d)
  const found = await searchAmong(own.side, other.side, d, options)
  const result: NeighboursAcross = {
    distance: new Float64Array(n),
    neighbour: new Int32Array(n),
    near: new Float64Array(n),
    second: found.second && new Float64Array(n),
  }
  for (let i = 0; i < n; i += 1) {
    const place = own.placeOf[own.groups.group[i] as number] as number
    const nearest = found.nearest[place] as number
    result.distance[i] = found.distance[place] as number
    result.neighbour[i] = nearest
    result.near[i] = found.near[place] as number
    if (!result.second || !found.second) continue
    // A copy of the nearest row is as near.
    const isDouble = (other.groups.copies[other.groups.group[nearest] as number] as number) > 1
    result.second[i] = (isDouble ? found.distance : found.second)[place] as number
  }
  return result
}
