import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { cells, links, rowDetails, rows, runs } from '@/db/schema'
import { readStored } from '@/db/stored-json'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import type { RowDetail, RowRef } from '@/lib/contracts/rows'
import { AppError } from '@/lib/errors'
import { answeredTurn } from '@/lib/formats/shared/answered-turn'
import type { ChatTags } from '@/lib/formats/types'
import { currentCells, currentResponseSet, getCell, newestAlignment, type CellRef } from '../cells'
import { listColumns } from '../columns'
import { responsesOfRow } from '../responses'
import { tokenStrip } from './detail-strip'
import { listItems } from './items'
import { storedNumbers } from './own-order'
import { cellMarks, notesIn } from './annotations/marks'

/** Characters of a relative's text in the list of the family. */
const REF_CHARACTERS = 2_000
/** Rounds above any file that we know; ends the walk if links ever form a circle. */
const MAX_ROUNDS = 64
/** Children of one row: one a round and arm, so dozens. */
const MAX_CHILDREN = 200

interface LinkRow {
  idx: number
  operator: string | null
  confidence: number | null
}

function cellByNo(db: Db, no: number): CellRef | null {
  const row = db
    .select({ id: cells.id, studyId: cells.studyId })
    .from(cells)
    .where(eq(cells.no, no))
    .get()
  return row ? getCell(db, row.studyId, row.id) : null
}

function refOf(db: Db, cell: CellRef, link: LinkRow): RowRef | null {
  const row = db
    .select({ instruction: sql<string>`substr(${rows.instruction}, 1, ${REF_CHARACTERS})` })
    .from(rows)
    .where(and(eq(rows.cellNo, cell.no), eq(rows.idx, link.idx)))
    .get()
  if (!row) return null
  return {
    cellId: cell.id,
    idx: link.idx,
    seedSetKey: cell.seedSetKey,
    armKey: cell.armKey,
    round: cell.round,
    operator: link.operator,
    confidence: link.confidence,
    instruction: row.instruction,
  }
}

/** Returns a short form of a row with its operator; null where there is no such row. */
export function rowRef(db: Db, cell: CellRef, idx: number): RowRef | null {
  const link = linkOf(db, cell.no, idx)
  return refOf(db, cell, {
    idx,
    operator: link?.operator ?? null,
    confidence: link?.confidence ?? null,
  })
}

function linkOf(db: Db, cellNo: number, idx: number) {
  const alignment = newestAlignment(db, cellNo)
  if (!alignment) return null
  const { parentIdx, operator, confidence } = links
  const row = db
    .select({ parentIdx, operator, confidence })
    .from(links)
    .where(and(eq(links.alignmentNo, alignment.no), eq(links.childIdx, idx)))
    .get()
  return row ? { ...row, parentCellNo: alignment.parentCellNo } : null
}

/** Returns this row and its ancestors, oldest first. */
function chainOf(db: Db, cell: CellRef, idx: number): RowRef[] {
  const chain: RowRef[] = []
  let at: { cell: CellRef; idx: number } | null = { cell, idx }
  for (let step = 0; at && step < MAX_ROUNDS; step++) {
    const link = linkOf(db, at.cell.no, at.idx)
    const ref = rowRef(db, at.cell, at.idx)
    if (!ref) break
    chain.unshift(ref)
    const parent: CellRef | null = link?.parentCellNo ? cellByNo(db, link.parentCellNo) : null
    at = link && parent ? { cell: parent, idx: link.parentIdx } : null
  }
  return chain
}

function childrenOf(db: Db, all: readonly CellRef[], cell: CellRef, idx: number): RowRef[] {
  const children: RowRef[] = []
  for (const other of all) {
    if (other.seedSetId !== cell.seedSetId || other.armId === null) continue
    const alignment = newestAlignment(db, other.no)
    if (alignment?.parentCellNo !== cell.no) continue
    const { childIdx, operator, confidence } = links
    const found = db
      .select({ idx: childIdx, operator, confidence })
      .from(links)
      .where(and(eq(links.alignmentNo, alignment.no), eq(links.parentIdx, idx)))
      .orderBy(childIdx)
      .limit(MAX_CHILDREN)
      .all()
    for (const link of found) {
      const ref = refOf(db, other, link)
      if (ref) children.push(ref)
    }
  }
  return children
}

function rowAtSlot(db: Db, cell: CellRef, slot: number): number | null {
  // Nearly always row = slot, which the key answers; only the rest needs a look at all rows.
  const atKey = and(eq(rows.cellNo, cell.no), eq(rows.slot, slot), eq(rows.idx, slot))
  if (db.select({ idx: rows.idx }).from(rows).where(atKey).get()) return slot
  const idx = storedNumbers(db, cell, 'slot').indexOf(slot)
  return idx < 0 ? null : idx
}

/** Rows of the same seed by other evolvers and in other rounds, those of the nearest rounds first; the family is told apart. */
function siblingsOf(
  db: Db,
  all: readonly CellRef[],
  { cell, slot }: { cell: CellRef; slot: number | null },
  family: readonly RowRef[],
): RowRef[] {
  if (slot === null) return []
  const others = all.filter(
    (other) =>
      other.no !== cell.no &&
      other.seedSetId === cell.seedSetId &&
      (other.armId !== null || other.round === cell.round),
  )
  const distance = ({ round }: CellRef) => Math.abs(round - cell.round)
  return others
    .toSorted((a, b) => distance(a) - distance(b))
    .flatMap((other) => {
      const idx = rowAtSlot(db, other, slot)
      const isFamily = family.some((one) => one.cellId === other.id && one.idx === idx)
      return idx === null || isFamily ? [] : (rowRef(db, other, idx) ?? [])
    })
}

function detailsOf(db: Db, studyId: string, cellNo: number, idx: number): RowDetail['details'] {
  return db
    .select({
      metric: runs.metricId,
      runId: runs.id,
      detail: rowDetails.detail,
      definition: runs.definition,
      record: runs.record,
      backendId: runs.backendId,
    })
    .from(rowDetails)
    .innerJoin(runs, eq(rowDetails.runNo, runs.no))
    .where(
      and(
        eq(runs.studyId, studyId),
        isNull(runs.deletedAt),
        eq(rowDetails.cellNo, cellNo),
        eq(rowDetails.idx, idx),
      ),
    )
    .orderBy(desc(runs.pinned), runs.no)
    .all()
    .map(({ metric, runId, detail: text, definition, record, backendId }) => {
      const place = () => ({ table: 'row_details', id: `${runId}:${idx}`, field: 'detail' })
      const { strip, ...detail } = readStored(plainObjectSchema, text, place)
      const scorer = { definition, backendId, fingerprint: record.fingerprint ?? null }
      return { metric, runId, detail, strip: tokenStrip(db, scorer, strip) }
    })
}

/** Returns the last pair of an imported chat, null where instruction and response are that pair. */
function lastPairOf(
  db: Db,
  cell: CellRef,
  row: { instruction: string; response: string | null },
  messages: unknown,
  tags: ChatTags | null | undefined,
): RowDetail['row']['lastPair'] {
  if (messages === null || currentResponseSet(db, cell.no)?.kind !== 'imported') return null
  const turn = answeredTurn(messages, tags)
  return turn && (turn.user !== row.instruction || turn.reply !== row.response) ? turn : null
}

/**
 * Returns everything known of one row: whole texts, the values of all columns with reasons, its family, what runs kept of
 * it, and notes. Throws `not_found` when there is no such row.
 */
export function getRowDetail(db: Db, studyId: string, cellId: string, idx: number): RowDetail {
  const cell = getCell(db, studyId, cellId)
  const columns = listColumns(db, studyId).map((column) => column.id)
  const item = listItems(db, studyId, [{ cell, idx }], columns, Number.MAX_SAFE_INTEGER)[0]
  if (!item) {
    throw new AppError(
      'not_found',
      `This file has no row ${idx + 1}; the import may have skipped it.`,
    )
  }
  const { system, history, messages, extra, externalId } = rows
  const stored = db
    .select({ system, history, messages, extra, externalId })
    .from(rows)
    .where(and(eq(rows.cellNo, cell.no), eq(rows.idx, idx)))
    .get() as Record<'system' | 'history' | 'messages' | 'extra' | 'externalId', string | null>
  const source = db.select({ source: cells.source }).from(cells).where(eq(cells.no, cell.no)).get()
  const parsed = (field: 'history' | 'extra' | 'messages'): unknown => {
    const place = () => ({ table: 'rows', id: `${cell.id}:${idx}`, field })
    return stored[field] === null ? null : readStored(z.unknown(), stored[field], place)
  }
  const all = currentCells(db, studyId)
  const lineage = chainOf(db, cell, idx)
  const children = childrenOf(db, all, cell, idx)
  return {
    row: {
      ...item,
      system: stored.system,
      history: parsed('history'),
      extra: parsed('extra'),
      externalId: stored.externalId,
      fileName: source?.source.fileName ?? '',
      sha256: source?.source.sha256 ?? '',
      lastPair: lastPairOf(db, cell, item, parsed('messages'), source?.source.mapping?.tags),
    },
    parent: lineage[lineage.length - 2] ?? null,
    children,
    lineage,
    siblings: siblingsOf(db, all, { cell, slot: item.slot }, [...lineage, ...children]),
    details: detailsOf(db, studyId, cell.no, idx),
    notes: notesIn(cellMarks(db, cell), idx),
    responses: responsesOfRow(db, cell.no, idx),
  }
}
