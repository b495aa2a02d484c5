/** Rows of each group and bin of one figure, by where they are on the axis of another that is brushed. */
export interface Tile {
  /** What is drawn apart: `groupKey` of a panel's row, its column and the arm. */
  groups: readonly string[]
  /** Counts of each group: bins from `edges` with one before and one after them, or levels with "none" at the end. */
  perGroup: number
  edges: readonly number[]
  /** One list of counts a place on the brushed axis, group by group. */
  counts: readonly Uint32Array[]
}

/** Returns the key of a group of a tile. */
export function groupKey(row: string, column: string, arm: string): string {
  return JSON.stringify([row, column, arm])
}

/** Returns an edge as filters have it: edges are sums of floats, twelve digits keep the address readable. */
export function filterEdge(edge: number): number {
  return Number(edge.toPrecision(12))
}

/**
 * Returns the place of a value on an axis of ascending edges: 2 i on edge i, 2 i + 1 between it and the next, -1 off the
 * axis. A range filter keeps both of its ends, so values on an edge are told apart from those of the bins beside it.
 */
export function placeOnEdges(value: number, edges: readonly number[]): number {
  const last = edges.length - 1
  if (!(value >= (edges[0] as number) && value <= (edges[last] as number))) return -1
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (value >= (edges[middle] as number)) low = middle
    else high = middle
  }
  if (value === edges[low]) return 2 * low
  return value === edges[high] ? 2 * high : 2 * low + 1
}

const PAYLOAD_BITS = 7
const MORE = 0x80

/** Returns counts as base64 of whole numbers in groups of seven bits, the lowest first: most counts take one byte. */
export function packCounts(lists: readonly Uint32Array[]): string {
  const bytes: number[] = []
  for (const list of lists)
    for (let count of list) {
      while (count >= MORE) {
        bytes.push((count % MORE) | MORE)
        count = Math.floor(count / MORE)
      }
      bytes.push(count)
    }
  const CHUNK = 0x8000
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.slice(at, at + CHUNK))
  return btoa(text)
}

/** Returns the counts of `packCounts` in lists of `size`. */
export function unpackCounts(packed: string, size: number): Uint32Array[] {
  const text = atob(packed)
  const lists: Uint32Array[] = []
  let k = 0
  let value = 0
  let scale = 1
  for (let at = 0; at < text.length; at += 1) {
    const byte = text.charCodeAt(at)
    value += (byte % MORE) * scale
    scale *= 2 ** PAYLOAD_BITS
    if (byte >= MORE) continue
    if (k % size === 0) lists.push(new Uint32Array(size))
    ;(lists.at(-1) as Uint32Array)[k % size] = value
    k += 1
    value = 0
    scale = 1
  }
  return lists
}

/** Returns running sums: list k holds the sums of the first k lists, so that any range is one difference. */
export function runningSums(lists: readonly Uint32Array[], size: number): Uint32Array[] {
  const sums = [new Uint32Array(size)]
  for (const list of lists)
    sums.push((sums.at(-1) as Uint32Array).map((sum, k) => sum + (list[k] as number)))
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
