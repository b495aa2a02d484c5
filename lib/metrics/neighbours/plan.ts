import type { KeptProgress } from '../types'
import type { Side } from './sides'

/** What a search finds by place of the asking side; each thread has its own until they are joined. */
export interface Found {
  /** Squared distance to the nearest row. */
  distance: Float64Array
  /** That row, by its number in the matrix; the lowest of equally near ones. */
  nearest: Int32Array
  /** Rows nearer than the threshold, copies counted. */
  near: Float64Array
  /** Squared distance to the second nearest row, infinite where there is none; null where it was not asked for. */
  second: Float64Array | null
}

/** Returns what a search begins with: nothing found for any of `n` places, in memory that threads share. */
export function emptyFound(n: number, wantsSecond: boolean): Found {
  const floats = () => new Float64Array(new SharedArrayBuffer(8 * n))
  return {
    distance: floats().fill(Infinity),
    nearest: new Int32Array(new SharedArrayBuffer(4 * n)).fill(-1),
    near: floats(),
    second: wantsSecond ? floats().fill(Infinity) : null,
  }
}

/** What a search took: for tests, benches and the log, as it depends on the machine. */
export interface SearchWork {
  /** Different vectors among the rows. */
  nDistinct: number
  /** Pairs compared in float64. */
  nCompared: number
  /** Tiles of candidates by products of bytes and in float32; none where all pairs were compared. */
  tiles: WorkerReport['tiles']
}

/** What a search of one side among another finds, by place of the asking side. */
export interface FoundAmong extends Found, Pick<SearchWork, 'nCompared' | 'tiles'> {}

/** Options of the search. */
export interface SearchOptions {
  /** Squared distance below which another row counts as a repeat. */
  threshold: number
  signal?: AbortSignal
  /** Reports finished tiles. */
  progress?(done: number, total: number): void
  /** Threads; one a core by default. */
  threads?: number
  /** Pairs up to which the plain loop is used. */
  plainPairs?: number
  /** Also finds the distance to the second nearest row; across two sets only. */
  wantsSecond?: boolean
  /** Where a long search leaves what it has, so that one that was killed goes on. */
  kept?: KeptProgress
  /** Milliseconds between two times that it does. */
  keepEvery?: number
  /** Products that may be used; both by default, whichever is faster. */
  allowed?: Partial<WorkerPlan['allowed']>
}

/** What every thread of a search gets; all arrays lie in shared memory. */
export interface WorkerPlan {
  d: number
  /** Rows that look for their nearest one. */
  own: Side
  /** Rows that they look among; null: each other. */
  other: Side | null
  /** Rows of a tile. */
  tile: number
  /** Squared distance below which a pair counts as near. */
  threshold: number
  /** Products that may be used, and the graphs of both. */
  allowed: Record<Products, boolean>
  graphs: Record<Products, Uint8Array>
  /** What looks through their products. */
  scan: WebAssembly.Module
  control: Int32Array
  found: Found
  /**
   * Float32 bits of the squared distance that any thread has found for a row, rounded up; a write that is lost to another
   * thread's costs a comparison. Null where the second nearest row is asked for too.
   */
  reaches: Int32Array | null
}

/** How candidates are found: by products of codes, or in float32. */
export type Products = 'int8' | 'float32'

/** What a thread says at the end of its stripes. */
export interface WorkerReport {
  /** Pairs compared in float64. */
  compared: number
  /** Tiles by the kind of their products. */
  tiles: Record<Products, number>
}

/** Positions in `control`: next stripe, whether to stop for good or at the end of the stripe, tiles done, and next tile to
 * write the codes of. */
export const CONTROL = {
  nextStripe: 0,
  cancelled: 1,
  paused: 2,
  tilesDone: 3,
  nextTile: 4,
  length: 5,
} as const

/** Rows of a tile; measured best, as the tile and its products stay in the caches. */
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
