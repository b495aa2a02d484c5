import { mergeRuns, type Run } from '@/lib/stats/sort'
import type { Column } from './column'

/** 16-bit digits: four passes over a double, with counters that still fit the second-level cache. */
const DIGIT_BITS = 16
const BUCKETS = 1 << DIGIT_BITS

/**
 * Writes the four 16-bit digits of keys whose unsigned order is the numeric order of the values (low digits first, n
 * entries each). NaN sorts last in both directions.
 */
function sortDigits(values: Float64Array, descending: boolean): Uint16Array[] {
  const n = values.length
  const bits = new Uint32Array(values.buffer, values.byteOffset, n * 2)
  const digits = [0, 1, 2, 3].map(() => new Uint16Array(n)) as [
    Uint16Array,
    Uint16Array,
    Uint16Array,
    Uint16Array,
  ]
  for (let row = 0; row < n; row++) {
    const value = values[row] as number
    let low = 0xffff_ffff
    let high = 0xffff_ffff
    if (value === 0) {
      // -0 and 0 are one value and must not split a tie.
      low = 0
      high = 0x8000_0000
      if (descending) {
        low = 0xffff_ffff
        high = 0x7fff_ffff
      }
    } else if (!Number.isNaN(value)) {
      low = bits[row * 2] as number
      high = bits[row * 2 + 1] as number
      const flip = high >>> 31 === 1
      low = flip ? ~low >>> 0 : low
      high = flip ? ~high >>> 0 : (high | 0x8000_0000) >>> 0
      if (descending) {
        low = ~low >>> 0
        high = ~high >>> 0
      }
    }
    digits[0][row] = low & 0xffff
    digits[1][row] = low >>> 16
    digits[2][row] = high & 0xffff
    digits[3][row] = high >>> 16
  }
  return digits
}

/**
 * Returns the positions 0..n-1 in order of their values: stable, so ties keep their position, and missing values (NaN)
 * come last whether ascending or descending. Radix sort: linear in n.
 */
export function sortPermutation(values: Float64Array, descending = false): Int32Array {
  const n = values.length
  let order = new Int32Array(n)
  for (let row = 0; row < n; row++) order[row] = row
  if (n < 2) return order
  let spare = new Int32Array(n)
  const offsets = new Uint32Array(BUCKETS)
  for (const digit of sortDigits(values, descending)) {
    offsets.fill(0)
    for (let row = 0; row < n; row++) {
      const bucket = digit[row] as number
      offsets[bucket] = (offsets[bucket] as number) + 1
    }
    if (offsets[digit[0] as number] === n) continue
    let sum = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = offsets[bucket] as number
      offsets[bucket] = sum
      sum += count
    }
    for (let k = 0; k < n; k++) {
      const row = order[k] as number
      const bucket = digit[row] as number
      const place = offsets[bucket] as number
      spare[place] = row
      offsets[bucket] = place + 1
    }
    const sorted = spare
    spare = order
    order = sorted
  }
  return order
}

/** Rows in the ascending order of their values, missing ones last. */
export interface SortedRows {
  order: Int32Array
  /** Rows with a value: the first so many of the order. */
  valued: number
  /** One byte a place of the order: 1 where its value differs from the one before. */
  isFirst: Uint8Array
}

/** Returns the positions 0..n-1 in ascending order of their values, with what both directions need of it. */
export function sortedRows(values: Float64Array): SortedRows {
  const order = sortPermutation(values)
  const missing = order.findIndex((at) => Number.isNaN(values[at]))
  const valued = missing < 0 ? order.length : missing
  const isFirst = new Uint8Array(order.length)
  for (let at = 0; at < valued; at++)
    isFirst[at] = Number(
      at === 0 || values[order[at] as number] !== values[order[at - 1] as number],
    )
  return { order, valued, isFirst }
}

/** Returns what `sortedRows` does of columns one after another, from the order of each: of rows with a number. */
export function mergedRows(parts: readonly { column: Column; order: Uint32Array }[]): SortedRows {
  let n = 0
  const runs = parts.map(({ column: { values, width, n: rows }, order }): Run => {
    const sorted = new Float64Array(order.length)
    const places = new Uint32Array(order.length)
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number
      sorted[i] = values[row * width] as number
      places[i] = n + row
    }
    n += rows
    return { values: sorted, places }
  })
  const { values, places } = mergeRuns(runs)
  const order = new Int32Array(n)
  order.set(places ?? [])
  const isFirst = new Uint8Array(n)
  const isThere = new Uint8Array(n)
  for (let at = 0; at < values.length; at++) {
    isFirst[at] = Number(at === 0 || values[at] !== values[at - 1])
    isThere[order[at] as number] = 1
  }
  let at = values.length
  for (let row = 0; row < n; row++) if (isThere[row] === 0) order[at++] = row
  return { order, valued: values.length, isFirst }
}
