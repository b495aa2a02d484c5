import { inTransaction, type Db } from '@/db/client'
import type { ImportReport } from '@/lib/contracts/cell'
import { ROW_FLAGS } from '@/lib/formats/types'
import { statusCode } from '@/lib/contracts/status'
import {
  closeAlignment,
  openAlignment,
  updateSlots,
  writeLinks,
  type RecordedLink,
} from '../alignments/links'
import {
  appendResponses,
  appendRows,
  discardCell,
  openResponseSet,
  openStagedCell,
  plainRow,
  publishCell,
  type NewResponse,
  type NewResponseSet,
  type NewRow,
  type StageRequest,
} from './staging'

/** Rows written in one transaction. */
const BATCH_ROWS = 1_000

/** A row made here, with its parent and the operator that made it. */
export interface EvolvedRow {
  idx: number
  instruction: string
  input: string | null
  /** Row of the parent cell; without meaning where there is none. */
  parentIdx: number
  operator: string | null
  /** Everything else worth keeping, as plain data. */
  extra: Record<string, unknown> | null
}

/** A whole cell made here. */
export interface EvolvedCell {
  place: StageRequest
  /** Cell whose rows the parents are; its slots are inherited. null = the rows descend from none and have no slot. */
  parentCellNo: number | null
  rows: readonly EvolvedRow[]
  responses: { set: NewResponseSet; items: readonly NewResponse[] } | null
  notes: string[]
}

function toNewRow(row: EvolvedRow): NewRow {
  return plainRow({
    idx: row.idx,
    slot: null,
    instruction: row.instruction,
    input: row.input,
    extra: row.extra === null ? null : JSON.stringify(row.extra),
    flags: row.input === null ? 1 << ROW_FLAGS.indexOf('input_missing') : 0,
  })
}

function gaps(rows: readonly EvolvedRow[]) {
  const rowCount = rows.reduce((last, row) => Math.max(last, row.idx + 1), 0)
  const present = new Set(rows.map((row) => row.idx))
  const skipped: ImportReport['skipped'] = []
  for (let idx = 0; idx < rowCount; idx++) {
    if (!present.has(idx))
      skipped.push({ row: idx + 1, byteOffset: 0, message: 'No row was made here.' })
  }
  return { rowCount, skipped }
}

function flagCounts(cell: EvolvedCell): Record<string, number> {
  const flags: Record<string, number> = {}
  const inputMissing = cell.rows.filter((row) => row.input === null).length
  if (inputMissing > 0) flags['input_missing'] = inputMissing
  if (!cell.responses) return flags
  const ok = statusCode('ok')
  const answered = cell.responses.items.filter((item) => item.status === ok).length
  if (answered < cell.rows.length) flags['no_response'] = cell.rows.length - answered
  return flags
}

/**
 * Writes and publishes a cell of rows made here, with recorded operators and a birth alignment. All or nothing: an error
 * leaves no rows. Returns the new cell. Row numbers that are left out are reported as skipped.
 */
export function publishEvolvedCell(
  db: Db,
  cell: EvolvedCell,
): { cellNo: number; cellId: string; responseSetNo: number | null } {
  const { cellNo, cellId } = openStagedCell(db, cell.place)
  try {
    for (let start = 0; start < cell.rows.length; start += BATCH_ROWS) {
      const batch = cell.rows.slice(start, start + BATCH_ROWS).map(toNewRow)
      inTransaction(db, () => appendRows(db, cellNo, batch))
    }
    const responseSetNo = cell.responses ? openResponseSet(db, cellNo, cell.responses.set) : null
    const items = cell.responses?.items ?? []
    for (let start = 0; responseSetNo !== null && start < items.length; start += BATCH_ROWS) {
      inTransaction(db, () =>
        appendResponses(db, responseSetNo, items.slice(start, start + BATCH_ROWS)),
      )
    }
    const { rowCount, skipped } = gaps(cell.rows)
    const { seedSetId, round } = cell.place
    const aligned = { no: cellNo, seedSetId, round, rowCount }
    const born = cell.parentCellNo === null ? [] : cell.rows
    const links: RecordedLink[] = born.map((row) => ({
      childIdx: row.idx,
      parentIdx: row.parentIdx,
      operator: row.operator,
    }))
    const alignmentNo = openAlignment(db, cellNo, cell.parentCellNo, 'birth')
    writeLinks(db, alignmentNo, links)
    updateSlots(db, alignmentNo, aligned, cell.parentCellNo)
    closeAlignment(db, alignmentNo, cellNo, 'birth', { birth: true })
    publishCell(db, cellNo, {
      rowCount,
      report: { rows: cell.rows.length, skipped, flags: flagCounts(cell), notes: cell.notes },
      keySets: [['instruction', 'input', 'output']],
      slotCount: 0,
    })
    return { cellNo, cellId, responseSetNo }
  } catch (error) {
    discardCell(db, cellNo)
    throw error
  }
}
