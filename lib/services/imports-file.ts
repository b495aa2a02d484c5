import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells } from '@/db/schema'
import type { ImportReport } from '@/lib/contracts/cell'
import type { ImportPlan } from '@/lib/contracts/study'
import { AppError, throwIfAborted } from '@/lib/errors'
import { FORMAT_IDS, type FormatId } from '@/lib/formats/types'
import { readRows } from '@/lib/formats/read'
import { parentCellOf, stageAlignment, type AlignResult } from './alignments'
import { currentCells } from './cells'
import {
  appendResponses,
  appendRows,
  discardCell,
  inTransaction,
  openResponseSet,
  openStagedCell,
  publishCell,
} from './cells-staging'
import type { ServiceContext } from './context'
import { RowCollector } from './imports-rows'
import { ensureArm, ensureSeedSet } from './studies'
import { openUpload, type OpenUpload } from './uploads'

/** Rows of one transaction: about 30 ms, so that heartbeats and other writers get their turn. */
const BATCH_ROWS = 2_000
/** A file with more broken rows than this is not the format that it was taken for. */
const MAX_SKIPPED = 1_000

/** What importing one file came to. */
export interface ImportedFile {
  fileName: string
  cellId: string
  /** `imported`, or `known` when the study holds this very content already. */
  outcome: 'imported' | 'known'
  rows: number
  revision: number
  skipped: number
  alignment: AlignResult | null
}

/** How the caller follows and stops an import. */
export interface ImportHooks {
  signal?: AbortSignal
  /** Bytes read since the last call, and rows stored so far. */
  onProgress?(bytes: number, rows: number): void
}

/** Returns the current cell of the study that holds this content, or null. */
export function findKnownFile(db: Db, studyId: string, sha256: string) {
  const row = db
    .select({ id: cells.id, revision: cells.revision, source: cells.source })
    .from(cells)
    .where(
      and(
        eq(cells.studyId, studyId),
        eq(cells.sourceSha256, sha256),
        isNotNull(cells.publishedAt),
        isNull(cells.supersededAt),
      ),
    )
    .get()
  return row ? { cellId: row.id, revision: row.revision, fileName: row.source.fileName } : null
}

function formatIdOf(format: string): FormatId {
  const id = FORMAT_IDS.find((known) => known === format)
  if (!id) throw new AppError('invalid_input', `There is no format "${format}". Choose one of ${FORMAT_IDS.join(', ')}.`)
  return id
}

function openPlace(db: Db, studyId: string, plan: ImportPlan, upload: OpenUpload) {
  return inTransaction(db, () => {
    const seedSetId = ensureSeedSet(db, studyId, plan.seedSetKey, plan.seedSetLabel)
    const armId =
      plan.armKey === null
        ? null
        : ensureArm(db, studyId, {
            key: plan.armKey,
            label: plan.armLabel ?? plan.armKey,
            armClass: plan.armClass,
            scenario: plan.scenario,
          })
    const round = armId === null ? 0 : Math.max(1, plan.round)
    const { cellNo, cellId } = openStagedCell(db, {
      studyId,
      seedSetId,
      armId,
      round,
      source: {
        kind: 'file',
        fileName: upload.fileName,
        sizeBytes: upload.sizeBytes,
        sha256: upload.sha256,
        format: plan.format,
        container: 'file',
        mapping: plan.mapping,
        keySets: [],
        definition: null,
      },
    })
    const setNo = openResponseSet(db, cellNo, {
      kind: 'imported',
      label: upload.fileName,
      definition: null,
      definitionHash: null,
    })
    return { cellNo, cellId, setNo, seedSetId, armId, round }
  })
}

interface Staged {
  rowCount: number
  collector: RowCollector
  report: ImportReport
}

async function stageRows(
  db: Db,
  plan: ImportPlan,
  upload: OpenUpload,
  target: { cellNo: number; setNo: number },
  hooks: ImportHooks,
): Promise<Staged> {
  const collector = new RowCollector(plan.armKey === null || plan.align === 'index')
  const report: ImportReport = { rows: 0, skipped: [], flags: collector.flags, notes: [] }
  let rowCount = 0
  let bytes = 0
  const batches = readRows(
    upload.source,
    { formatId: formatIdOf(plan.format), mapping: plan.mapping },
    {
      skipBadRows: plan.skipBadRows,
      batchRows: BATCH_ROWS,
      onBytes: (chunk) => (bytes += chunk.byteLength),
      onNote: (note) => report.notes.push(note),
      ...(upload.expect ? { expect: upload.expect } : {}),
      ...(hooks.signal ? { signal: hooks.signal } : {}),
    },
  )
  for await (const batch of batches) {
    throwIfAborted(hooks.signal)
    const rows = []
    const responses = []
    for (const read of batch) {
      if (!read.ok) {
        const { error, index, byteOffset } = read
        report.skipped.push({ row: index + 1, byteOffset, message: error.message })
        if (report.skipped.length > MAX_SKIPPED) throw error
        rowCount = Math.max(rowCount, index + 1)
        continue
      }
      const stored = collector.add(read.row)
      rows.push(stored.row)
      responses.push(stored.response)
      rowCount = Math.max(rowCount, read.row.index + 1)
    }
    inTransaction(db, () => {
      appendRows(db, target.cellNo, rows)
      appendResponses(db, target.setNo, responses)
    })
    hooks.onProgress?.(bytes, collector.rows)
    bytes = 0
    // Timers and messages (heartbeat, cancel) get their turn between transactions.
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (collector.rows === 0) {
    throw new AppError('data_error', `${upload.fileName}: no row could be read. Check the format and the columns.`)
  }
  report.rows = collector.rows
  return { rowCount, collector, report }
}

/**
 * Imports one file whole or not at all: rows are staged in short transactions and published in one small one. Content
 * that the study holds already is left alone. Any error, cancel included, removes what was staged. Throws FormatError
 * (`data_error`) naming file, row and byte.
 */
export async function importFile(
  ctx: ServiceContext,
  studyId: string,
  plan: ImportPlan,
  hooks: ImportHooks = {},
): Promise<ImportedFile> {
  const { db } = ctx
  const upload = await openUpload(ctx.config, plan.uploadId)
  const known = findKnownFile(db, studyId, upload.sha256)
  if (known) {
    const { cellId, revision } = known
    return { fileName: upload.fileName, cellId, outcome: 'known', rows: 0, revision, skipped: 0, alignment: null }
  }
  const place = openPlace(db, studyId, plan, upload)
  try {
    const { rowCount, collector, report } = await stageRows(db, plan, upload, place, hooks)
    const child = { no: place.cellNo, seedSetId: place.seedSetId, round: place.round, rowCount }
    let alignment: AlignResult | null = null
    if (place.armId !== null && plan.align !== 'none') {
      const parent = parentCellOf(currentCells(db, studyId), place)
      const wanted = { request: plan.align, operators: plan.operators }
      alignment = stageAlignment(db, child, parent, wanted, hooks.signal)
      if (alignment.reason) report.notes.push(`Rows are not aligned with their parents: ${alignment.reason}.`)
    }
    const isSlotted = place.armId === null || (alignment !== null && alignment.matched > 0 && plan.align === 'index')
    const revision = publishCell(db, place.cellNo, {
      rowCount,
      report,
      keySets: collector.keySets,
      slotCount: isSlotted ? rowCount : 0,
    })
    return {
      fileName: upload.fileName,
      cellId: place.cellId,
      outcome: 'imported',
      rows: collector.rows,
      revision,
      skipped: report.skipped.length,
      alignment,
    }
  } catch (error) {
    discardCell(db, place.cellNo)
    throw error
  }
}
