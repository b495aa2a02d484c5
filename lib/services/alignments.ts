import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { seedSets } from '@/db/schema'
import { throwIfAborted } from '@/lib/errors'
import { checkIndexAlignment } from './alignments-check'
import {
  closeAlignment,
  idLinks,
  linkByIndex,
  openAlignment,
  updateSlots,
  writeLinks,
  type AlignedCell,
} from './alignments-links'
import { textLinks } from './alignments-texts'
import { currentCells, newestAlignment, type CellRef } from './cells'
import { discardAlignment, inTransaction, publishAlignments } from './cells-staging'

const requestSchema = z.object({
  request: z.enum(['index', 'id', 'text']),
  operators: z.enum(['none', 'rotation4', 'rotation5']),
  parentAlignmentNo: z.number().nullable(),
})

/** What the user asked for at import; kept with the alignment, so that it can be made again when a parent arrives. */
export type AlignRequest = Pick<z.infer<typeof requestSchema>, 'request' | 'operators'>

/** What an alignment came to. */
export interface AlignResult {
  alignmentNo: number
  matched: number
  total: number
  /** Why rows are not matched, in words; null when nothing speaks against them. */
  reason: string | null
}

function slotCountOf(db: Db, seedSetId: string): number {
  const found = db
    .select({ slotCount: seedSets.slotCount })
    .from(seedSets)
    .where(eq(seedSets.id, seedSetId))
    .get()
  return found?.slotCount ?? 0
}

function align(
  db: Db,
  alignmentNo: number,
  child: AlignedCell,
  parent: AlignedCell | null,
  wanted: AlignRequest,
  signal: AbortSignal | undefined,
): { reason: string | null; check: Record<string, unknown> } {
  if (wanted.request === 'id') {
    if (!parent) return { reason: 'the parent file is not here yet', check: {} }
    const links = idLinks(db, child, parent.no, wanted.operators)
    if (!links) return { reason: 'the id column is missing or not unique on both sides', check: {} }
    writeLinks(db, alignmentNo, links, 'inferred')
    return { reason: null, check: {} }
  }
  if (wanted.request === 'text') {
    if (!parent) return { reason: 'the parent file is not here yet', check: {} }
    const { links, reason } = textLinks(db, child, parent.no, wanted.operators)
    writeLinks(db, alignmentNo, links, 'inferred')
    return { reason, check: {} }
  }
  const expected = parent?.rowCount ?? slotCountOf(db, child.seedSetId)
  if (expected !== 0 && expected !== child.rowCount) {
    const than = parent ? 'its parent' : 'the other files of this seed set'
    return { reason: `it has ${child.rowCount} rows, ${than} ${expected}`, check: {} }
  }
  if (!parent) {
    linkByIndex(db, alignmentNo, child, null, wanted.operators, signal)
    return { reason: null, check: {} }
  }
  const check = checkIndexAlignment(db, child.no, parent.no, child.rowCount)
  if (check.passed) linkByIndex(db, alignmentNo, child, parent.no, wanted.operators, signal)
  return { reason: check.reason, check: { ...check } }
}

/**
 * Writes a staged alignment of a child cell with its parent cell (null: with the slots of the seed set) and sets the
 * child's slots. It becomes visible by `publishCell` or `publishAlignments`. When the check fails no row is linked, and
 * the reason is kept with the alignment.
 */
export function stageAlignment(
  db: Db,
  child: AlignedCell,
  parent: AlignedCell | null,
  wanted: AlignRequest,
  signal?: AbortSignal,
): AlignResult {
  const alignmentNo = openAlignment(db, child.no, parent?.no ?? null, wanted.request)
  try {
    const { reason, check } = align(db, alignmentNo, child, parent, wanted, signal)
    updateSlots(db, alignmentNo, child, parent?.no ?? null, signal)
    const parentAlignmentNo = parent ? (newestAlignment(db, parent.no)?.no ?? null) : null
    const params = { ...wanted, parentAlignmentNo, check, reason }
    return { alignmentNo, reason, ...closeAlignment(db, alignmentNo, child.no, params) }
  } catch (error) {
    discardAlignment(db, alignmentNo)
    throw error
  }
}

/** Returns the cell that a place descends from: the same arm one round earlier, or the seeds; null when it is not here. */
export function parentCellOf(
  cellsOfStudy: readonly CellRef[],
  place: { seedSetId: string; armId: string | null; round: number },
): CellRef | null {
  if (place.armId === null) return null
  const found = cellsOfStudy.find(
    (cell) =>
      cell.seedSetId === place.seedSetId &&
      (place.round <= 1
        ? cell.armId === null
        : cell.armId === place.armId && cell.round === place.round - 1),
  )
  return found ?? null
}

/**
 * Aligns again every file whose parent arrived, changed or was itself aligned again, so that the order of imports makes
 * no difference. Recorded births are never touched. Returns what was aligned. Safe to repeat after a crash.
 */
export function realignStudy(
  db: Db,
  studyId: string,
  signal?: AbortSignal,
): { cell: CellRef; result: AlignResult }[] {
  const all = currentCells(db, studyId)
  const changed: { cell: CellRef; result: AlignResult }[] = []
  const byRound = all.filter((cell) => cell.armId !== null).sort((a, b) => a.round - b.round)
  for (const cell of byRound) {
    throwIfAborted(signal)
    const newest = newestAlignment(db, cell.no)
    const wanted = requestSchema.safeParse(newest?.params)
    if (!newest || !wanted.success) continue
    const parent = parentCellOf(all, cell)
    const parentAlignmentNo = parent ? (newestAlignment(db, parent.no)?.no ?? null) : null
    const current =
      newest.parentCellNo === (parent?.no ?? null) &&
      wanted.data.parentAlignmentNo === parentAlignmentNo
    if (current) continue
    const { request, operators } = wanted.data
    const result = stageAlignment(db, cell, parent, { request, operators }, signal)
    inTransaction(db, () => publishAlignments(db, cell.no))
    changed.push({ cell, result })
  }
  return changed
}
