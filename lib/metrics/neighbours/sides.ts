import { AppError } from '@/lib/errors'
import { STEPS, ZERO } from './codes.mjs'
import { distinctRows } from './distinct'
import { TILE } from './plan'
import type { Distinct } from './distinct'

/**
 * The rows of one side of a search, in memory that all threads share. Each different row has one place; places go by the
 * largest coordinate, so that rows of a tile are of about one scale and odd ones share a tile.
 *
 * A row x of a tile with scale s is kept in a byte a coordinate: codes c with s c = x - e. For rows x and y of two sides
 * with scales s and t
 *
 *     x.y = st c.c' + (s c).e' + e.y,  so by Cauchy and Schwarz  |x.y - st c.c'| <= |s c| |e'| + |e| |y|
 *
 * and |s c| <= |x| + |e|. The products c.c' are whole numbers and exact, the lengths |e| are known row by row, so
 * |x - y|^2 = |x|^2 + |y|^2 - 2 x.y lies within twice that bound: a pair that may be nearer than what a row has found is
 * compared in float64 (`worker.mjs`), all others cannot be. The threads write the codes and what follows from them (`codes.mjs`).
 */
export interface Side {
  /** Different rows. */
  n: number
  /** The matrix as it was given, row-major of dimension d. */
  rows: Float32Array
  /** Row of the matrix at each place: the first of its copies. */
  ids: Uint32Array
  /** How many rows of the matrix have this vector. */
  copies: Uint32Array
  /** By place, d a row, whole tiles: coordinate over scale, rounded, plus 128; 128 past the end. */
  codes: Uint8Array
  /** Half the squared length of each row. */
  halfNorms: Float64Array
  /** Length of what rounding took from each row. */
  errors: Float64Array
  /** What a code of one stands for, by tile. */
  scales: Float64Array
  /** By tile: the least and the largest half squared length of its rows, and the largest error. */
  least: Float64Array
  most: Float64Array
  worst: Float64Array
  /** What no squared length is above, which products in float32 must be able to hold. */
  largest: number
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes)

/** Returns a matrix that threads can read: itself where it lies in shared memory, else a copy. */
function inSharedMemory(rows: Float32Array): Float32Array {
  if (rows.buffer instanceof SharedArrayBuffer) return rows
  const copy = new Float32Array(shared(rows.byteLength))
  copy.set(rows)
  return copy
}

/** Returns the largest coordinate of each different row, without its sign; throws `data_error` on those that are no numbers. */
function largestCoordinates(rows: Float32Array, d: number, { n, first }: Distinct): Float32Array {
  const largest = new Float32Array(n)
  let odd = 0
  for (let g = 0; g < n; g += 1) {
    const at = (first[g] as number) * d
    let most = 0
    for (let k = at; k < at + d; k += 1) {
      const value = Math.abs(rows[k] as number)
      if (value > most) most = value
      // Zero, but for infinity and what is not a number.
      odd += value - value
    }
    largest[g] = most
  }
  if (odd !== 0) {
    throw new AppError('data_error', 'The vectors have values that are not numbers. Embed again.')
  }
  return largest
}

/** Returns one side of a search, whose codes are still to be written (`codes.mjs`): its different rows, and which row of the
 * matrix has which place. Throws `data_error` where a value is not a number. */
export function makeSide(
  matrix: Float32Array,
  n: number,
  d: number,
): { side: Side; groups: Distinct; placeOf: Uint32Array } {
  const rows = inSharedMemory(matrix)
  const groups = distinctRows(rows, n, d)
  const most = largestCoordinates(rows, d, groups)
  const order = Uint32Array.from({ length: groups.n }, (_, g) => g)
  order.sort((a, b) => (most[a] as number) - (most[b] as number) || a - b)
  const tiles = Math.ceil(groups.n / TILE)
  const side: Side = {
    n: groups.n,
    rows,
    ids: new Uint32Array(shared(4 * groups.n)),
    copies: new Uint32Array(shared(4 * groups.n)),
    codes: new Uint8Array(shared(tiles * TILE * d)).fill(ZERO, groups.n * d),
    halfNorms: new Float64Array(shared(8 * groups.n)),
    errors: new Float64Array(shared(8 * groups.n)),
    scales: new Float64Array(shared(8 * tiles)),
    least: new Float64Array(shared(8 * tiles)).fill(Infinity),
    most: new Float64Array(shared(8 * tiles)),
    worst: new Float64Array(shared(8 * tiles)),
    largest: d * (most[order.at(-1) ?? 0] ?? 0) ** 2,
  }
  const placeOf = new Uint32Array(groups.n)
  order.forEach((g, place) => {
    placeOf[g] = place
    side.ids[place] = groups.first[g] as number
    side.copies[place] = groups.copies[g] as number
  })
  for (let tile = 0; tile < tiles; tile += 1) {
    const end = Math.min(groups.n, (tile + 1) * TILE)
    // Rows of zeros have any scale.
    side.scales[tile] = (most[order[end - 1] as number] as number) / STEPS || 1
  }
  return { side, groups, placeOf }
}
