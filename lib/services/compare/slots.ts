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
const READ_ROWS = 4096
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

async function readPairs(
  db: Db,
  sql: string,
  no: number,
  n: number,
  out: Int32Array,
): Promise<void> {
  const row = z.tuple([z.number(), z.number().nullable()])
  const statement = hotRead(db, { why: 'goes over every row of a file', sql, row })
  for (let start = 0; start < n; start += READ_ROWS) {
    for (const [idx, value] of statement.all(no, start, start + READ_ROWS)) {
      if (idx < n && value !== null) out[idx] = value
    }
    await yieldToEventLoop()
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

async function readSlots(db: Db, cell: CellHead, depth: number): Promise<CellSlots> {
  const slots = new Int32Array(cell.rowCount).fill(-1)
  const alignment = newestAlignment(db, cell.no)
  const version = versionOf(db, cell.no)
  if (!alignment) {
    const sql = 'select idx, slot from rows where cell_no = ? and idx >= ? and idx < ?'
    await readPairs(db, sql, cell.no, cell.rowCount, slots)
    return { slots, kind: 'own', version }
  }
  const sql =
    'select child_idx, parent_idx from links where alignment_no = ? and child_idx >= ? and child_idx < ?'
  await readPairs(db, sql, alignment.no, cell.rowCount, slots)
  if (alignment.parentCellNo === null) return { slots, kind: alignment.kind, version }
  const parent = db
    .select({ no: cells.no, rowCount: cells.rowCount })
    .from(cells)
    .where(eq(cells.no, alignment.parentCellNo))
    .get()
  if (!parent || depth >= MAX_DEPTH) return { slots: slots.fill(-1), kind: alignment.kind, version }
  const above = await readSlots(db, parent, depth + 1)
  for (let row = 0; row < slots.length; row += 1) {
    const at = slots[row] as number
    slots[row] = at < 0 ? -1 : (above.slots[at] ?? -1)
  }
  return { slots, kind: alignment.kind, version }
}

/**
 * Returns the seed slots of a cell's rows: along the newest alignment from parent to parent down to the seeds, and the
 * slot kept with the row where a cell has no alignment. A row that its alignment does not link has no slot.
 */
export async function slotsOfCell(db: Db, cell: CellHead): Promise<CellSlots> {
  let cache = kept.get(db)
  if (!cache) kept.set(db, (cache = new Map()))
  const version = versionOf(db, cell.no)
  const found = cache.get(version)
  if (found && found.slots.length === cell.rowCount) return found
  const read = await readSlots(db, cell, 0)
  cache.set(version, read)
  if (cache.size > KEPT_CELLS) cache.delete(cache.keys().next().value as string)
  return read
}

/** Rows of two cells that meet at the same slot, in slot order. */
export interface SlotPairs {
  slots: Int32Array
  rowsA: Int32Array
  rowsB: Int32Array
  /** Rows set aside because an earlier row of their cell holds the same slot. */
  shared: number
}

/** The first row of every slot, and how many further rows share one. */
export interface SlotRows {
  /** Entry s is the row at slot s, -1 when there is none. */
  rows: Int32Array
  shared: number
}

/** Returns the rows by slot: of several rows with one slot the first counts. */
export function rowBySlot(slots: Int32Array): SlotRows {
  // Slots are positions in the seed set, so the highest one is about the number of rows.
  let highest = -1
  for (let row = 0; row < slots.length; row += 1) highest = Math.max(highest, slots[row] as number)
  const rows = new Int32Array(highest + 1).fill(-1)
  let shared = 0
  for (let row = 0; row < slots.length; row += 1) {
    const slot = slots[row] as number
    if (slot < 0) continue
    if (rows[slot] === -1) rows[slot] = row
    else shared += 1
  }
  return { rows, shared }
}

/** Returns the pairs of rows with equal slots, one a slot, in slot order. */
export function pairSlots(a: Int32Array, b: Int32Array): SlotPairs {
  const left = rowBySlot(a)
  const right = rowBySlot(b)
  const slots = Int32Array.from(left.rows.keys()).filter(
    (slot) => left.rows[slot] !== -1 && (right.rows[slot] ?? -1) !== -1,
  )
  return {
    slots,
    rowsA: slots.map((slot) => left.rows[slot] as number),
    rowsB: slots.map((slot) => right.rows[slot] as number),
    shared: left.shared + right.shared,
  }
}
