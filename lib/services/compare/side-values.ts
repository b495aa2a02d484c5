import { carriesValue } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import type { CellRef } from '../cells'
import type { SeedSetPairing } from './sides'
import { yieldToEventLoop } from './slots'
import type { PairedValues } from './tests'

/** One number a row of one cell, the reader's own copy, with its status byte and the run it came from. */
export interface SideColumn {
  values: Float64Array
  status: Uint8Array
  runId: string | null
  definitionHash: string | null
}

/** Reads a column of a cell for one side; the side may name runs of its own. */
export interface SideReader {
  /** Reads ahead what would block for long. */
  warm(cell: CellRef, column: ColumnInfo): Promise<void>
  read(cell: CellRef, column: ColumnInfo, side: 'a' | 'b'): SideColumn
  /** Whether a value depends on how many rows the set has, so that only sets of equal size compare. */
  dependsOnSetSize(column: ColumnInfo): boolean
  /** Whether values came with files, which state no scale. */
  isFromFiles(column: ColumnInfo): boolean
}

/** Values of one metric on both sides of one seed set. */
export interface SeedSetValues {
  pairing: SeedSetPairing
  a: SideColumn | null
  b: SideColumn | null
}

/** Rows that do not count have no value. */
function valuesThatCount(column: SideColumn, { skipped }: CellRef): SideColumn {
  for (const row of skipped) column.values[row] = NaN
  return column
}

/** Returns the values of one metric on both sides of every seed set. */
export async function readMetric(
  pairings: readonly SeedSetPairing[],
  column: ColumnInfo,
  reader: SideReader,
): Promise<SeedSetValues[]> {
  const parts: SeedSetValues[] = []
  for (const pairing of pairings) {
    if (pairing.a) await reader.warm(pairing.a, column)
    if (pairing.b) await reader.warm(pairing.b, column)
    parts.push({
      pairing,
      a: pairing.a ? valuesThatCount(reader.read(pairing.a, column, 'a'), pairing.a) : null,
      b: pairing.b ? valuesThatCount(reader.read(pairing.b, column, 'b'), pairing.b) : null,
    })
    await yieldToEventLoop()
  }
  return parts
}

/** Whether a row has a number that counts. */
export function isValued(column: SideColumn, row: number): boolean {
  return carriesValue(column.status[row] ?? 0) && Number.isFinite(column.values[row])
}

/** Returns the values of pairs that have one on both sides, seed sets one after another, in slot order. */
export function pairedValues(parts: readonly SeedSetValues[]): PairedValues {
  const n = parts.reduce((sum, { pairing }) => sum + pairing.pairs.slots.length, 0)
  const left = new Float64Array(n)
  const right = new Float64Array(n)
  const seeds = new Int32Array(n)
  const pairs = new Int32Array(n)
  let k = 0
  let first = 0
  let before = 0
  for (const { pairing, a, b } of parts) {
    const { rowsA, rowsB, clusters } = pairing.pairs
    for (let i = 0; a && b && i < clusters.length; i += 1) {
      const rowA = rowsA[i] as number
      const rowB = rowsB[i] as number
      if (!isValued(a, rowA) || !isValued(b, rowB)) continue
      left[k] = a.values[rowA] as number
      right[k] = b.values[rowB] as number
      seeds[k] = first + (clusters[i] as number)
      pairs[k] = before + i
      k += 1
    }
    before += clusters.length
    first += pairing.pairs.seeds
  }
  return {
    a: left.slice(0, k),
    b: right.slice(0, k),
    seeds: seeds.slice(0, k),
    pairs: pairs.slice(0, k),
  }
}

/** Returns the mean of a seed set's rows of side A at each slot, NaN where a slot has no value. */
export function meansBySlot({ pairing, a }: SeedSetValues): Float64Array {
  const slots = pairing.slotsA?.slots
  if (!a || !slots) return new Float64Array(0)
  const size = slots.reduce((most, slot) => Math.max(most, slot + 1), 0)
  const sums = new Float64Array(size)
  const counts = new Float64Array(size)
  slots.forEach((slot, row) => {
    if (slot < 0 || !isValued(a, row)) return
    sums[slot] = (sums[slot] as number) + (a.values[row] as number)
    counts[slot] = (counts[slot] as number) + 1
  })
  // 0 / 0 where a slot has no value.
  return sums.map((sum, slot) => sum / (counts[slot] as number))
}
