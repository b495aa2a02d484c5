import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, throwIfAborted } from '@/lib/errors'
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
 * compared in float64 (`worker.mjs`), all others cannot be.
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
  /** Largest squared length, which products in float32 must be able to hold. */
  largest: number
}

// Steps on each side of zero; with 127 no code is -128, which has no opposite.
const STEPS = 127
const ZERO = 128
// Some 50 ms of 384 dimensions: others of the process have their turn between.
const TILES_AT_A_TIME = 64

const shared = (bytes: number) => new SharedArrayBuffer(bytes)

/** Returns a matrix that threads can read: itself where it lies in shared memory, else a copy. */
function inSharedMemory(rows: Float32Array): Float32Array {
  if (rows.buffer instanceof SharedArrayBuffer) return rows
  const copy = new Float32Array(shared(rows.byteLength))
  copy.set(rows)
  return copy
}

/** Returns the largest coordinate of each different row, without its sign. */
function largestCoordinates(rows: Float32Array, d: number, { n, first }: Distinct): Float32Array {
  const largest = new Float32Array(n)
  for (let g = 0; g < n; g += 1) {
    const at = (first[g] as number) * d
    let most = 0
    for (let k = at; k < at + d; k += 1) {
      const value = Math.abs(rows[k] as number)
      if (value > most) most = value
    }
    largest[g] = most
  }
  return largest
}

/** Returns one side of a search: its different rows, in codes too, and which row of the matrix has which place. */
export async function makeSide(
  matrix: Float32Array,
  n: number,
  d: number,
  signal?: AbortSignal,
): Promise<{ side: Side; groups: Distinct; placeOf: Uint32Array }> {
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
    largest: 0,
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
    for (let place = tile * TILE; place < end; place += 1) encode(side, d, place)
    if (tile % TILES_AT_A_TIME === TILES_AT_A_TIME - 1) {
      await nextTurn()
      throwIfAborted(signal)
    }
  }
  if (!Number.isFinite(side.largest)) {
    throw new AppError('data_error', 'The vectors have values that are not numbers. Embed again.')
  }
  return { side, groups, placeOf }
}

/** Returns the code of a coordinate: rounded, cut off where all are positive. */
function codeOf(value: number, steps: number): number {
  return (value * steps + (ZERO + 0.5)) | 0
}

/**
 * Writes the codes of a row, its length and what they leave out. No powers: they take ten times as long as products. Two sums
 * side by side: the processor waits for the one before in each.
 */
function encode(side: Side, d: number, place: number): void {
  const { rows, codes, least, most, worst } = side
  const tile = Math.floor(place / TILE)
  const scale = side.scales[tile] as number
  const steps = 1 / scale
  const from = (side.ids[place] as number) * d
  const to = place * d
  const even = d & ~1
  let [square, lost, otherSquare, otherLost] = [0, 0, 0, 0]
  for (let k = 0; k < even; k += 2) {
    const value = rows[from + k] as number
    const next = rows[from + k + 1] as number
    const code = codeOf(value, steps)
    const nextCode = codeOf(next, steps)
    const error = value - (code - ZERO) * scale
    const nextError = next - (nextCode - ZERO) * scale
    codes[to + k] = code
    codes[to + k + 1] = nextCode
    square += value * value
    otherSquare += next * next
    lost += error * error
    otherLost += nextError * nextError
  }
  if (even < d) {
    const value = rows[from + even] as number
    const code = codeOf(value, steps)
    const error = value - (code - ZERO) * scale
    codes[to + even] = code
    square += value * value
    lost += error * error
  }
  const half = (square + otherSquare) / 2
  const error = Math.sqrt(lost + otherLost)
  side.halfNorms[place] = half
  side.errors[place] = error
  least[tile] = Math.min(least[tile] as number, half)
  most[tile] = Math.max(most[tile] as number, half)
  worst[tile] = Math.max(worst[tile] as number, error)
  side.largest = Math.max(side.largest, 2 * half)
}
