import { uniformEdges } from '@/lib/stats/histogram'
import type { DensityAxis } from './density'

// Share of the values that may lie beyond each end of the axis, so that one row of many does not flatten the rest.
const OFF_AXIS = 0.005
// A bin should hold several rows, or the bars show single rows instead of a shape.
const MANY_ROWS = 300
const MANY_BINS = 60
const FEW_BINS = 24
const TICKS = 5
// Above this, halves are no longer exact in twelve digits.
const WHOLE_LIMIT = 1e11
// Numbers that differ by less than this share are equal but for rounding.
const SAME = 1e-9

type Ends = { from: number; to: number }

/** Returns a number without what sums of floats add behind its twelfth digit. */
export function exact(value: number): number {
  return Number(value.toPrecision(12))
}

/** Returns where nearly all values of every series lie (each ascending), and the numbers `also`; null without any value. */
function innerRange(parts: readonly Float64Array[], also: readonly number[]): Ends | null {
  const inner = parts.flatMap((part) => {
    const beyond = Math.floor(part.length * OFF_AXIS)
    return part.length === 0 ? [] : [part[beyond] as number, part.at(-1 - beyond) as number]
  })
  if (inner.length === 0) return null
  return { from: Math.min(...inner, ...also), to: Math.max(...inner, ...also) }
}

/**
 * Returns the axis that holds nearly all values of every series, and `also`, with ends on round numbers; it stays within
 * the range that the column states where the values do.
 */
export function axisOf(
  parts: readonly Float64Array[],
  also: number | null,
  range: readonly [number, number] | null = null,
): Ends {
  const inner = innerRange(parts, also === null ? [] : [also])
  if (!inner) return { from: 0, to: 1 }
  const { from: low, to: high } = inner
  const size = Math.max(Math.abs(low), Math.abs(high))
  const span = high - low > size * SAME ? high - low : size || 1
  const power = 10 ** Math.floor(Math.log10(span / TICKS))
  const step = ([1, 2, 5, 10].find((s) => s * power >= span / TICKS) ?? 10) * power
  const start = exact(Math.floor(exact(low / step)) * step)
  const end = exact(Math.ceil(exact(high / step)) * step)
  const from = low >= 0 ? Math.max(0, start) : start
  const to = end > from ? end : exact(from + step)
  if (!range) return { from, to }
  const [least, most] = range
  const ends = {
    from: low >= least ? Math.max(from, least) : from,
    to: high <= most ? Math.min(to, most) : to,
  }
  return ends.to > ends.from ? ends : { from: exact(ends.to - step), to: ends.to }
}

/** Returns how many bins suit the smallest series. */
export function binsFor(parts: readonly Float64Array[]): number {
  const smallest = Math.min(...parts.map((part) => part.length).filter((n) => n > 0))
  return smallest >= MANY_ROWS ? MANY_BINS : FEW_BINS
}

/** Returns the linear axis from end to end with bins of one width. */
export function evenAxis({ from, to }: Ends, bins: number): DensityAxis {
  const edges = uniformEdges(from, (to - from) / bins, bins)
  return { edges, gridFrom: from, gridTo: to, scale: 'linear' }
}

/** Returns whether all values are whole numbers, and small enough for edges between them. */
export function areWhole(parts: readonly Float64Array[]): boolean {
  return parts.every((part) =>
    part.every((value) => Number.isInteger(value) && Math.abs(value) < WHOLE_LIMIT),
  )
}

/**
 * Returns the linear axis of whole numbers: every bin holds equally many of them (at most `bins` bins), and no edge lies
 * on one.
 */
export function wholeAxis(parts: readonly Float64Array[], bins: number): DensityAxis {
  const inner = innerRange(parts, []) ?? { from: 0, to: 0 }
  const first = Math.floor(inner.from)
  const numbers = Math.ceil(inner.to) - first + 1
  const width = Math.max(1, Math.ceil(numbers / bins))
  const from = first - 0.5
  const count = Math.ceil(numbers / width)
  return evenAxis({ from, to: from + count * width }, count)
}

/** Returns the logarithmic axis that holds nearly all values above 0, bins of one ratio; null where there is none. */
export function logAxis(parts: readonly Float64Array[], bins: number): DensityAxis | null {
  const positive = parts.map((part) => part.subarray(part.findIndex((value) => value > 0)))
  const inner = innerRange(
    positive.filter((part) => (part[0] ?? 0) > 0),
    [],
  )
  if (!inner) return null
  const low = Math.log10(inner.from)
  const span = inner.to > inner.from * (1 + SAME) ? Math.log10(inner.to) - low : 0
  // Equal values stand in the middle of a factor of ten.
  const from = span > 0 ? low : low - 0.5
  const step = (span > 0 ? span : 1) / bins
  const edges = Float64Array.from({ length: bins + 1 }, (_, j) => exact(10 ** (from + j * step)))
  // Rounding must not put the outermost values off the axis.
  edges[0] = Math.min(edges[0] as number, inner.from)
  edges[bins] = Math.max(edges[bins] as number, inner.to)
  return {
    edges,
    gridFrom: edges[0],
    gridTo: edges[bins],
    scale: 'log',
  }
}
