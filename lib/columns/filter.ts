import { carriesValue } from '@/lib/contracts/status'
import type { Column } from './column'

/** One byte a row: 1 = kept. */
export type Mask = Uint8Array

/** Bounds of a filter on one column; null = open. `missing` keeps rows without a value as well. */
export interface Range {
  min: number | null
  max: number | null
  missing: boolean
}

/** Returns a mask that keeps all n rows. */
export function fullMask(n: number): Mask {
  return new Uint8Array(n).fill(1)
}

/**
 * Clears the rows of `mask` whose value lies outside [min, max], both ends included. A row without a value stays only
 * with `missing`. Of a vector, the first entry counts.
 */
export function applyRange(mask: Mask, column: Column, range: Range): void {
  const min = range.min ?? Number.NEGATIVE_INFINITY
  const max = range.max ?? Number.POSITIVE_INFINITY
  const { values, status, width } = column
  const keepMissing = range.missing ? 1 : 0
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue
    const value = values[row * width] as number
    if (!carriesValue(status[row] ?? 0) || Number.isNaN(value)) mask[row] = keepMissing
    else if (value < min || value > max) mask[row] = 0
  }
}

/**
 * Clears the rows of `mask` whose stored number is not `kept` (one byte a number). A row without a value stays only with
 * `missing`.
 */
export function applyNumbers(mask: Mask, column: Column, kept: Uint8Array, missing: boolean): void {
  const { values, status } = column
  const keepMissing = missing ? 1 : 0
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue
    if (!carriesValue(status[row] ?? 0)) mask[row] = keepMissing
    else if (kept[values[row] as number] !== 1) mask[row] = 0
  }
}

/** Clears the rows of `mask` that `other` does not keep. */
export function intersect(mask: Mask, other: Mask): void {
  for (let row = 0; row < mask.length; row++) if (other[row] !== 1) mask[row] = 0
}

/** Clears the rows of `mask` that `other` keeps. */
export function exclude(mask: Mask, other: Mask): void {
  for (let row = 0; row < mask.length; row++) if (other[row] === 1) mask[row] = 0
}

/** Returns a mask of n rows that keeps the named ones; numbers that are no row of it are passed over. */
export function indexesToMask(indexes: Iterable<number>, n: number): Mask {
  const mask = new Uint8Array(n)
  for (const row of indexes) mask[row] = 1
  return mask
}

/** Returns how many rows a mask keeps. */
export function countMask(mask: Mask): number {
  let n = 0
  for (let row = 0; row < mask.length; row++) n += mask[row] as number
  return n
}

/** Returns the kept row numbers, ascending. */
export function maskToIndexes(mask: Mask): Int32Array {
  const indexes = new Int32Array(countMask(mask))
  let k = 0
  for (let row = 0; row < mask.length; row++) if (mask[row] === 1) indexes[k++] = row
  return indexes
}

/** Returns 0..n-1. */
export function allIndexes(n: number): Int32Array {
  const indexes = new Int32Array(n)
  for (let row = 0; row < n; row++) indexes[row] = row
  return indexes
}
