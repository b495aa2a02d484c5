import { extentOf, type Extent } from './camera'

// Points of a square of the grid, on average.
const PER_SQUARE = 8
// Squares along a side, at most.
const MOST_SQUARES = 512

/** Points by squares of a grid, so that those near a place are found without looking at all. */
export interface PointIndex {
  extent: Extent
  /** The point nearest to a place among those that count, no farther than `reach`; -1 where there is none. */
  nearest(x: number, y: number, reach: number, counts: (point: number) => boolean): number
  /** About how many points lie in a frame. */
  countIn(frame: Extent): number
}

export function indexPoints(points: Float32Array): PointIndex {
  const n = points.length / 2
  const extent = extentOf(points)
  const side = Math.min(MOST_SQUARES, Math.max(1, Math.ceil(Math.sqrt(n / PER_SQUARE))))
  const width = (extent.right - extent.left || 1) / side
  const height = (extent.high - extent.low || 1) / side
  const clip = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value)))
  const columnOf = (x: number) => clip((x - extent.left) / width)
  const rowOf = (y: number) => clip((y - extent.low) / height)
  const squareOf = (k: number) =>
    rowOf(points[2 * k + 1] as number) * side + columnOf(points[2 * k] as number)
  const starts = new Uint32Array(side * side + 1)
  const isPlaced = (k: number) => !Number.isNaN(points[2 * k])
  for (let k = 0; k < n; k += 1) if (isPlaced(k)) starts[squareOf(k) + 1]! += 1
  for (let s = 0; s < side * side; s += 1) starts[s + 1]! += starts[s] as number
  const next = starts.slice()
  const members = new Uint32Array(starts.at(-1) as number)
  for (let k = 0; k < n; k += 1) {
    if (!isPlaced(k)) continue
    const square = squareOf(k)
    members[next[square]!++] = k
  }
  const squaresIn = (frame: Extent) => ({
    columns: [columnOf(frame.left), columnOf(frame.right)] as const,
    rows: [rowOf(frame.low), rowOf(frame.high)] as const,
  })
  return {
    extent,
    nearest(x, y, reach, counts) {
      const frame = { left: x - reach, right: x + reach, low: y - reach, high: y + reach }
      const { columns, rows } = squaresIn(frame)
      let best = -1
      let least = reach * reach
      for (let row = rows[0]; row <= rows[1]; row += 1) {
        const first = starts[row * side + columns[0]] as number
        const last = starts[row * side + columns[1] + 1] as number
        for (let at = first; at < last; at += 1) {
          const k = members[at] as number
          const dx = (points[2 * k] as number) - x
          const dy = (points[2 * k + 1] as number) - y
          const square = dx * dx + dy * dy
          if (square <= least && counts(k)) [best, least] = [k, square]
        }
      }
      return best
    },
    countIn(frame) {
      const isBeside =
        frame.right < extent.left ||
        frame.left > extent.right ||
        frame.high < extent.low ||
        frame.low > extent.high
      if (isBeside) return 0
      const { columns, rows } = squaresIn(frame)
      let count = 0
      for (let row = rows[0]; row <= rows[1]; row += 1) {
        count +=
          (starts[row * side + columns[1] + 1] as number) -
          (starts[row * side + columns[0]] as number)
      }
      return count
    },
  }
}
