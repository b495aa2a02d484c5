import type { Numbers } from './no-value'

/** Counts and densities of a histogram; `counts[b]` belongs to edges[b]..edges[b + 1]. */
export interface Histogram {
  edges: Float64Array
  counts: Uint32Array
  /** counts / (nInRange * width): the area over the range is 1. All 0 when nothing is in range. */
  density: Float64Array
  nInRange: number
  nBelow: number
  nAbove: number
}

/** Returns n + 1 edges start + j * step, each from one multiplication, so that they equal the edges of the scripts. */
export function uniformEdges(start: number, step: number, n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, j) => start + j * step)
}

/** Returns the bin of a value, or -1 outside: bins are closed on the left, the last one on both sides. */
export function binOf(value: number, edges: Numbers): number {
  const last = edges.length - 1
  if (!(value >= (edges[0] as number) && value <= (edges[last] as number))) return -1
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (value >= (edges[middle] as number)) low = middle
    else high = middle
  }
  return low
}

/**
 * Returns the histogram of values over ascending edges. A value is compared with the edges themselves; a rule such as
 * floor(100 v) would misplace values that lie on an edge. Values outside are counted, and left out of the density.
 */
export function histogram(values: Numbers, edges: Float64Array): Histogram {
  const bins = edges.length - 1
  const counts = new Uint32Array(bins)
  let nInRange = 0
  let nBelow = 0
  let nAbove = 0
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number
    const bin = binOf(value, edges)
    if (bin >= 0) {
      counts[bin] = (counts[bin] as number) + 1
      nInRange += 1
    } else if (value < (edges[0] as number)) nBelow += 1
    else if (value > (edges[bins] as number)) nAbove += 1
  }
  const density = new Float64Array(bins)
  for (let b = 0; nInRange > 0 && b < bins; b += 1) {
    const width = (edges[b + 1] as number) - (edges[b] as number)
    density[b] = (counts[b] as number) / (nInRange * width)
  }
  return { edges, counts, density, nInRange, nBelow, nAbove }
}
