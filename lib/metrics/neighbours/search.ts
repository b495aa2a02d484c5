import { throwIfAborted } from '@/lib/errors'
import { squaredDistance } from './distance.mjs'
import { emptyFound } from './plan'
import type { FoundAmong, SearchOptions, SearchWork } from './plan'
import { makeSide, type Side } from './sides'
import { searchInThreads } from './threads'
import { inTurn } from './turn'

/** The nearest other row of every row. */
export interface Neighbours extends SearchWork {
  /** Squared Euclidean distance to it, exact in float64. */
  distance: Float64Array
  /** Its index; the lowest one where several are equally near. */
  neighbour: Int32Array
  /** Number of other rows nearer than the threshold. */
  repeats: Float64Array
}

// As many pairs take the plain loop some 80 ms, as long as starting the threads.
const PLAIN_PAIRS = 180_000

function searchPlainly(
  own: Side,
  other: Side | null,
  d: number,
  { threshold, signal, wantsSecond = false }: SearchOptions,
): FoundAmong {
  const found = emptyFound(own.n, wantsSecond)
  const { distance, nearest, near, second } = found
  const among = other ?? own
  for (let i = 0; i < own.n; i += 1) {
    throwIfAborted(signal)
    for (let j = 0; j < among.n; j += 1) {
      if (!other && i === j) continue
      const id = among.ids[j] as number
      const value = squaredDistance(own.rows, own.ids[i] as number, among.rows, id, d)
      const best = distance[i] as number
      if (value < best || (value === best && id < (nearest[i] as number))) {
        if (second) second[i] = best
        distance[i] = value
        nearest[i] = id
      } else if (second && value < (second[i] as number)) second[i] = value
      if (value < threshold) near[i] = (near[i] as number) + (among.copies[j] as number)
    }
  }
  return { ...found, nCompared: own.n * among.n, tiles: { int8: 0, float32: 0 } }
}

/**
 * Returns what a search of every row of a side among another one finds, or, without another, among all others of the same:
 * plainly where the pairs are few, else in one thread a core. Searches of several jobs take turns.
 */
export function searchAmong(
  own: Side,
  other: Side | null,
  d: number,
  options: SearchOptions,
): Promise<FoundAmong> {
  const isSmall = own.n * (other ?? own).n <= (options.plainPairs ?? PLAIN_PAIRS)
  if (isSmall) return Promise.resolve(searchPlainly(own, other, d, options))
  return inTurn(options.signal, () => searchInThreads(own, other, d, options))
}

/**
 * Returns each row's nearest other row, exactly: candidates by products of bytes (or of float32 where those are faster)
 * over the upper triangle in threads, every pair that their error bound leaves in question compared in float64. Equal rows
 * are searched once. Needs at least two rows; throws `cancelled` within a tile of the abort.
 */
export async function findNeighbours(
  rows: Float32Array,
  n: number,
  d: number,
  options: SearchOptions,
): Promise<Neighbours> {
  throwIfAborted(options.signal)
  const { side, groups, placeOf } = makeSide(rows, n, d)
  const found = await searchAmong(side, null, d, options)
  const { nCompared, tiles } = found
  const result: Neighbours = {
    distance: new Float64Array(n),
    neighbour: new Int32Array(n),
    repeats: new Float64Array(n),
    nDistinct: side.n,
    nCompared,
    tiles,
  }
  const secondCopy = new Int32Array(groups.n).fill(-1)
  groups.group.forEach((g, i) => {
    if (i !== groups.first[g] && secondCopy[g] === -1) secondCopy[g] = i
  })
  groups.group.forEach((g, i) => {
    const place = placeOf[g] as number
    const copies = groups.copies[g] as number
    result.repeats[i] = copies - 1 + (found.near[place] as number)
    if (copies === 1) {
      result.distance[i] = found.distance[place] as number
      result.neighbour[i] = found.nearest[place] as number
      return
    }
    // Copies of one vector are each other's nearest at distance 0.
    const first = groups.first[g] as number
    result.neighbour[i] = i === first ? (secondCopy[g] as number) : first
  })
  return result
}
