/** What every thread of a search gets; shared buffers are written by all. */
export interface WorkerPlan {
  index: number
  /** Rows of the matrix, padding included, and their dimension. */
  n: number
  /**
   * Across two sets: the first `asking` rows look for their nearest among the rows from `from` on, a whole number of
   * tiles; the rows between are padding. Null: every row looks among all others.
   */
  across: { asking: number; from: number } | null
  d: number
  tile: number
  block: number
  /** Best blocks kept per row and thread. */
  keep: number
  /** Squared distance below which a pair counts as a repeat. */
  threshold: number
  /** Block maxima (of -D2 / 2) above this may hold such a pair. */
  hitLimit: number
  /** Blocks this close to the best one may hold the true nearest row: twice the float32 error bound. */
  slack: number
  upperGraph: Uint8Array
  diagonalGraph: Uint8Array
  /** Float32 n x d. */
  rows: SharedArrayBuffer
  /** Float32 n: half the squared norm. */
  halfNorms: SharedArrayBuffer
  /** Uint32 n: how many input rows have this vector. */
  copies: SharedArrayBuffer
  /** Int32: next tile, next rows, cancelled, tiles done. */
  control: SharedArrayBuffer
  /** One a thread, Float32 n x keep and Int32 n x keep. */
  topValues: SharedArrayBuffer[]
  topBlocks: SharedArrayBuffer[]
  /** One a thread, Float64 n: repeats found by it. */
  near: SharedArrayBuffer[]
  /** Float64 n and Int32 n: the answer. */
  distance: SharedArrayBuffer
  /** Float64 n: the distance to the second nearest row; null where nobody asked for it. */
  second: SharedArrayBuffer | null
  neighbour: SharedArrayBuffer
}

/** Positions in `control`. */
export const CONTROL = { nextTile: 0, nextRows: 1, cancelled: 2, tilesDone: 3, length: 4 } as const

/** Rows of a tile; measured best, as the tile's product (1 MB) stays in the L2 cache. */
export const TILE = 512

/** Returns the number of tiles between `asking` rows and `n` others. */
export function tileCountAcross(asking: number, n: number): number {
  return Math.ceil(asking / TILE) * Math.ceil(n / TILE)
}

/** Returns the number of tiles in the upper triangle, diagonal included, for n vectors. */
export function tileCount(n: number): number {
  const tiles = Math.ceil(n / TILE)
  return (tiles * (tiles + 1)) / 2
}
