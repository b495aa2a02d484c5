import { binOf } from '@/lib/stats/histogram'
import { exact } from './axis'

/** Counts of rows, or sums of values where they are no whole numbers. */
export type Counts = Uint32Array | Float64Array

/** Rows of each group and bin of one figure, by where they are on the axis of another that is brushed. */
export interface Tile {
  /** What is drawn apart: `groupKey` of a panel's row, its column and the arm. */
  groups: readonly string[]
  /**
   * Counts of each group: bins from `edges` with one before and one after them; levels, "none" and what they are shares
   * of; or the number of values and their sum.
   */
  perGroup: number
  edges: readonly number[]
  /** Whether there are sums of values among the counts. */
  hasSums?: boolean
  /** One list of counts a place on the brushed axis, group by group. */
  counts: readonly Counts[]
}

/** Returns the key of a group of a tile. */
export function groupKey(row: string, column: string, arm: string): string {
  return JSON.stringify([row, column, arm])
}

/** Returns an edge as filters have it: edges are sums of floats, twelve digits keep the address readable. */
export function filterEdge(edge: number): number {
  return exact(edge)
}

/**
 * Returns the place of a value on an axis of ascending edges: 2 i on edge i, 2 i + 1 between it and the next, -1 off the
 * axis. A range filter keeps both of its ends, so values on an edge are told apart from those of the bins beside it.
 */
export function placeOnEdges(value: number, edges: readonly number[]): number {
  const bin = binOf(value, edges)
  if (bin < 0) return -1
  if (value === edges[bin]) return 2 * bin
  return value === edges[bin + 1] ? 2 * bin + 2 : 2 * bin + 1
}

const DEFLATED = 'deflate-raw'
const PAYLOAD_BITS = 7
const MORE = 0x80

/** Returns bytes as base64. */
function toBase64(bytes: Uint8Array): string {
  const CHUNK = 0x8000
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(text)
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer(),
  )
}

/**
 * Returns counts as base64 of a deflated list: whole numbers in groups of seven bits, the lowest first, so that most counts
 * take one byte; sums as floats of eight bytes.
 */
export async function packCounts(lists: readonly Counts[]): Promise<string> {
  return packBytes(bytesOf(lists))
}

/** Returns bytes as base64 of what they are deflated to. */
export async function packBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64(await through(bytes, new CompressionStream(DEFLATED)))
}

/** Returns the bytes of `packBytes`. */
export function unpackBytes(packed: string): Promise<Uint8Array<ArrayBuffer>> {
  const stored = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))
  return through(stored, new DecompressionStream(DEFLATED))
}

function bytesOf(lists: readonly Counts[]): Uint8Array<ArrayBuffer> {
  if (lists.some((list) => list instanceof Float64Array))
    return new Uint8Array(Float64Array.from(lists.flatMap((list) => [...list])).buffer)
  const bytes: number[] = []
  for (const list of lists)
    for (let count of list) {
      while (count >= MORE) {
        bytes.push((count % MORE) | MORE)
        count = Math.floor(count / MORE)
      }
      bytes.push(count)
    }
  return Uint8Array.from(bytes)
}

/** Returns the counts of `packCounts` in lists of `size`. */
export async function unpackCounts(
  packed: string,
  size: number,
  hasSums = false,
): Promise<Counts[]> {
  const bytes = await unpackBytes(packed)
  if (hasSums) {
    const floats = new Float64Array(bytes.buffer)
    return Array.from({ length: floats.length / size }, (_, k) =>
      floats.subarray(k * size, (k + 1) * size),
    )
  }
  const lists: Counts[] = []
  let k = 0
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte % MORE) * scale
    scale *= 2 ** PAYLOAD_BITS
    if (byte >= MORE) continue
    if (k % size === 0) lists.push(new Uint32Array(size))
    ;(lists.at(-1) as Counts)[k % size] = value
    k += 1
    value = 0
    scale = 1
  }
  return lists
}

/** Returns running sums: list k holds the sums of the first k lists, so that any range is one difference. */
export function runningSums(lists: readonly Counts[], size: number): Counts[] {
  const start = lists[0] instanceof Float64Array ? new Float64Array(size) : new Uint32Array(size)
  const sums: Counts[] = [start]
  for (const list of lists)
    sums.push((sums.at(-1) as Counts).map((sum, k) => sum + (list[k] as number)))
  return sums
}

/** Returns which running sums bound the edges `first` to `last`, both kept; `places` ascend, one a list. */
export function boundsOf(
  places: readonly number[],
  first: number,
  last: number,
): { from: number; to: number } {
  const from = places.filter((place) => place < 2 * first).length
  return { from, to: Math.max(from, places.filter((place) => place <= 2 * last).length) }
}
