import { maskToIndexes } from '@/lib/columns/filter'
import type { CellRef } from '../../cells'

/** The side of the rows that the filter leaves out. */
export const REST = 0
/** The side of the rows that the filter keeps. */
export const SELECTED = 1
/** The mark of positions that hold no row. */
export const NOWHERE = 2

/** One of the two sides. */
export type Side = typeof REST | typeof SELECTED

/** The side of each row of the study, the cells one after the other. */
export interface Sides {
  of: Uint8Array
  /** Rows of each side: rest, selected. */
  total: [number, number]
}

/** Returns the side of each row of these cells, and how many rows each side has. */
export function sidesOf(
  cells: readonly CellRef[],
  selected: ReadonlyMap<number, Int32Array>,
): Sides {
  const of = new Uint8Array(cells.reduce((sum, cell) => sum + cell.rowCount, 0))
  const total: [number, number] = [of.length, 0]
  let start = 0
  for (const cell of cells) {
    for (const idx of cell.skipped) of[start + idx] = NOWHERE
    for (const idx of selected.get(cell.no) ?? []) of[start + idx] = SELECTED
    total[REST] -= cell.skipped.length
    start += cell.rowCount
  }
  for (const rows of selected.values()) total[SELECTED] += rows.length
  total[REST] -= total[SELECTED]
  return { of, total }
}

/** Returns how often each number occurs on each side. */
export function countSides(
  sides: Sides,
  of: ArrayLike<number>,
  size: number,
): [Uint32Array, Uint32Array] {
  const counts: [Uint32Array, Uint32Array] = [new Uint32Array(size), new Uint32Array(size)]
  for (let row = 0; row < sides.of.length; row++) {
    const side = sides.of[row] as number
    const value = of[row] as number
    if (side !== NOWHERE) counts[side as Side][value]! += 1
  }
  return counts
}

/** Returns the sum, by a plain loop: a callback for each of half a million distinct values costs more. */
export function sum(counts: Uint32Array): number {
  let n = 0
  for (let k = 0; k < counts.length; k++) n += counts[k] as number
  return n
}

/** Returns the rows of each cell that the filter leaves out. */
export function restOf(cells: readonly CellRef[], { of }: Sides) {
  let start = 0
  return cells.map((cell) => {
    const own = of.subarray(start, start + cell.rowCount)
    start += cell.rowCount
    return { cell, rows: maskToIndexes(own.map((side) => Number(side === REST))) }
  })
}
