import { z } from 'zod'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { cells } from '@/db/schema'
import { newestAlignment, type AlignmentRow } from '../cells'

/** Which seed slot each row of a cell stands for. */
export interface CellSlots {
  /** One entry a row; -1 when the row has no slot. */
  slots: Int32Array
  /** Kind of the alignment that led to the slots (`birth`, `index`, ...), `own` for slots kept with the rows. */
  kind: string
  /** Names the alignments used, so that whatever is derived from the slots can be kept until they change. */
  version: string
}

// A few milliseconds of reading each, so that other requests are answered in between.
const READ_ROWS = 16_384
// Parents of parents: rounds of a study are single digits; the bound only stops a circle.
const MAX_DEPTH = 32
// Slots are four bytes a row; the cells of one comparison and of the last few stay at hand.
const KEPT_CELLS = 64

interface CellHead {
  no: number
  rowCount: number
}

const kept = new WeakMap<Db, Map<string, CellSlots>>()

/** Returns after other work of the process had its turn. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

// Generators that stop after each few milliseconds: whoever drives them may let others have their turn.
function* readPairs(
  db: Db,
  sql: string,
  no: number,
  n: number,
  out: Int32Array,
): Generator<void, void> {
  const why = 'goes over every row of a file; two lists cost a tenth of as many rows'
  const statement = hotRead(db, { why, sql, row: z.tuple([z.string(), z.string()]) })
  for (let start = 0; start < n; start += READ_ROWS) {
    const lists = statement.get(no, start, Math.min(n, start + READ_ROWS))
    const [places, values] = (lists ?? ['[]', '[]']).map((text) => JSON.parse(text) as number[])
    places?.forEach((idx, i) => (out[idx] = values?.[i] as number))
    yield
  }
}

function versionOf(db: Db, cellNo: number): string {
  const parts: string[] = []
  let at: number | null = cellNo
  for (let depth = 0; at !== null && depth < MAX_DEPTH; depth += 1) {
    const alignment: AlignmentRow | null = newestAlignment(db, at)
    parts.push(`${at}:${alignment?.no ?? 'own'}`)
    at = alignment?.parentCellNo ?? null
  }
  return parts.join('>')
}

function* readSlots(db: Db, cell: CellHead, depth: number): Generator<void, CellSlots> {
  const slots = new Int32Array(cell.rowCount).fill(-1)
  const alignment = newestAlignment(db, cell.no)
  const version = versionOf(db, cell.no)
  if (!alignment) {
    const sql =
      'select json_group_array(idx), json_group_array(slot) from rows where cell_no = ? and idx >= ? and idx < ? and slot is not null'
    yield* readPairs(db, sql, cell.no, cell.rowCount, slots)
    return { slots, kind: 'own', version }
  }
  const sql =
    'select json_group_array(child_idx), json_group_array(parent_idx) from links where alignment_no = ? and child_idx >= ? and child_idx < ? and parent_idx is not null'
  yield* readPairs(db, sql, alignment.no, cell.rowCount, slots)
  if (alignment.parentCellNo === null) return { slots, kind: alignment.kind, version }
  const parent = db
    .select({ no: cells.no, rowCount: cells.rowCount })
    .from(cells)
    .where(eq(cells.no, alignment.parentCellNo))
    .get()
  if (!parent || depth >= MAX_DEPTH) return { slots: slots.fill(-1), kind: alignment.kind, version }
  const above = yield* openSlots(db, parent, depth + 1)
  for (let row = 0; row < slots.length; row += 1) {
    const at = slots[row] as number
    slots[row] = at < 0 ? -1 : (above.slots[at] ?? -1)
  }
  return { slots, kind: alignment.kind, version }
}

function* openSlots(db: Db, cell: CellHead, depth = 0): Generator<void, CellSlots> {
  let cache = kept.get(db)
  if (!cache) kept.set(db, (cache = new Map()))
  const version = versionOf(db, cell.no)
  const found = cache.get(version)
  if (found && found.slots.length === cell.rowCount) return found
  const read = yield* readSlots(db, cell, depth)
  cache.set(version, read)
  if (cache.size > KEPT_CELLS) cache.delete(cache.keys().next().value as string)
  return read
}

/**
 * Returns the seed slots of a cell's rows: along the newest alignment from parent to parent down to the seeds, and the
 * slot kept with the row where a cell has no alignment. A row that its alignment does not link has no slot.
 */
export async function slotsOfCell(db: Db, cell: CellHead): Promise<CellSlots> {
  const work = openSlots(db, cell)
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value
    await yieldToEventLoop()
  }
}

/** Returns what `slotsOfCell` does, in one go: for filters, which are applied in one. */
export function slotsNow(db: Db, cell: CellHead): CellSlots {
  const work = openSlots(db, cell)
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** Rows of two cells that meet at the same slot, in slot order; several pairs may share a slot. */
export interface SlotPairs {
  slots: Int32Array
  rowsA: Int32Array
  rowsB: Int32Array
  /** Number of each pair's seed, 0.. without gaps. */
  clusters: Int32Array
  /** Seeds that have a pair. */
  seeds: number
  /** Rows set aside because the other cell has fewer rows at their slot. */
  unmatched: number
}

function highestSlot(slots: Int32Array): number {
  // Slots are positions in the seed set, so the highest one is about the number of rows.
  let highest = -1
  for (let row = 0; row < slots.length; row += 1) highest = Math.max(highest, slots[row] as number)
  return highest
}

/** Returns the first row of every slot, -1 where there is none. */
export function rowBySlot(slots: Int32Array): Int32Array {
  const rows = new Int32Array(highestSlot(slots) + 1).fill(-1)
  for (let row = slots.length - 1; row >= 0; row -= 1) {
    const slot = slots[row] as number
    if (slot >= 0) rows[slot] = row
  }
  return rows
}

/** Rows in the order of their slots; those of slot s begin at starts[s]. */
function rowsInOrder(slots: Int32Array, size: number): { rows: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(size + 1)
  for (const slot of slots) if (slot >= 0) starts[slot + 1] = (starts[slot + 1] as number) + 1
  for (let slot = 0; slot < size; slot += 1) {
    starts[slot + 1] = (starts[slot + 1] as number) + (starts[slot] as number)
  }
  const next = starts.slice()
  const rows = new Int32Array(starts[size] as number)
  for (let row = 0; row < slots.length; row += 1) {
    const slot = slots[row] as number
    if (slot < 0) continue
    const at = next[slot] as number
    rows[at] = row
    next[slot] = at + 1
  }
  return { rows, starts }
}

/**
 * Returns the pairs of rows with equal slots, in slot order. Of several rows at a slot the first of A meets the first of
 * B, and so on; the mean difference of a seed does not depend on which of them meet.
 */
export function pairSlots(a: Int32Array, b: Int32Array): SlotPairs {
  const size = Math.max(highestSlot(a), highestSlot(b)) + 1
  const left = rowsInOrder(a, size)
  const right = rowsInOrder(b, size)
  const most = Math.min(left.rows.length, right.rows.length)
  const [slots, rowsA, rowsB, clusters] = [0, 1, 2, 3].map(() => new Int32Array(most)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  let n = 0
  let seeds = 0
  let unmatched = 0
  for (let slot = 0; slot < size; slot += 1) {
    const fromA = left.starts[slot] as number
    const fromB = right.starts[slot] as number
    const inA = (left.starts[slot + 1] as number) - fromA
    const inB = (right.starts[slot + 1] as number) - fromB
    if (inA === 0 || inB === 0) continue
    for (let k = 0; k < Math.min(inA, inB); k += 1) {
      slots[n] = slot
      rowsA[n] = left.rows[fromA + k] as number
      rowsB[n] = right.rows[fromB + k] as number
      clusters[n] = seeds
      n += 1
    }
    seeds += 1
    unmatched += Math.abs(inA - inB)
  }
  return {
    slots: slots.slice(0, n),
    rowsA: rowsA.slice(0, n),
    rowsB: rowsB.slice(0, n),
    clusters: clusters.slice(0, n),
    seeds,
    unmatched,
  }
}
