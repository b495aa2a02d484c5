import { inTransaction, type Db } from '@/db/client'
import { isPlain } from '@/lib/contracts/opening'
import type { ImportPlan } from '@/lib/contracts/study'
import { parentCellOf, slotsShown, stageAlignment, type AlignResult } from '../alignments'
import { currentCells } from '../cells'
import { discardCell, openResponseSet, openStagedCell, publishCell } from '../cells/staging'
import type { ServiceContext } from '../context'
import { findKnownFile } from './known'
import { stageRows, type ImportHooks } from './rows/stage'
import { stageSeeds, type StagedSeeds } from './parents'
import { DiskSpace } from './space'
import { publishImportedColumns, readImportedColumns } from './values'
import { ensureArm, ensureSeedSet } from '../studies'
import { openUpload, type OpenUpload } from './uploads'

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
  /** Values of chosen columns that were not read, the first of each named with its row. */
  notes: string[]
  /** A file of values without rows: how they were joined to the rows that are there. */
  joined?: string
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
        ...(isPlain(plan.opening) ? {} : { opening: plan.opening }),
        ...(plan.columns.length > 0 ? { columns: plan.columns } : {}),
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

/** Staging in 128 MB steps instead of 4 spares most of the waits for the disk; the log is small again afterwards. */
const STAGING_CHECKPOINT_PAGES = 32_000

async function withRareCheckpoints<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const before = db.$client.pragma('wal_autocheckpoint', { simple: true }) as number
  db.$client.pragma(`wal_autocheckpoint = ${STAGING_CHECKPOINT_PAGES}`)
  try {
    return await work()
  } finally {
    db.$client.pragma(`wal_autocheckpoint = ${before}`)
  }
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
  const knownFile = (sha256: string): ImportedFile | null => {
    const known = findKnownFile(db, studyId, sha256, plan)
    if (!known) return null
    const { cellId, revision } = known
    return {
      fileName: plan.fileName,
      cellId,
      outcome: 'known',
      rows: 0,
      revision,
      skipped: 0,
      alignment: null,
      notes: [],
    }
  }
  // A job that was killed after publishing has no upload any more, so the plan's own hash is asked first.
  const before = knownFile(plan.sha256)
  if (before) return before
  const upload = await openUpload(ctx.config, plan.uploadId)
  const known = knownFile(upload.sha256)
  if (known) return known
  const space = new DiskSpace(ctx.config.dataDir, upload.fileName)
  space.require(upload.sizeBytes)
  const place = openPlace(db, studyId, plan, upload)
  let seeds: StagedSeeds | null = null
  try {
    const { rowCount, rows, keySets, report } = await withRareCheckpoints(db, () =>
      stageRows(db, plan, upload, place, hooks, space),
    )
    const child = { no: place.cellNo, seedSetId: place.seedSetId, round: place.round, rowCount }
    let alignment: AlignResult | null = null
    if (place.armId !== null && plan.align !== 'none') {
      seeds = stageSeeds(db, plan, place, { ...upload, studyId })
      const { parent: chosen = null } = upload.restored ?? {}
      const parent = seeds?.cell ?? parentCellOf(currentCells(db, studyId), place, chosen)
      const wanted = { request: plan.align, operators: plan.operators, parent: chosen }
      alignment = stageAlignment(db, child, parent, wanted, hooks.signal)
      if (alignment.reason)
        report.notes.push(
          alignment.matched > 0
            ? `Not all rows are aligned with their parents: ${alignment.reason}.`
            : `Rows are not aligned with their parents: ${alignment.reason}.`,
        )
      if (alignment.note) report.notes.push(`Rows are ${alignment.note}.`)
    }
    const values = await readImportedColumns(
      db,
      { studyId, no: place.cellNo },
      keySets,
      plan.columns,
      hooks.signal,
      upload.restored?.columns,
    )
    report.notes.push(...values.notes)
    const revision = inTransaction(db, () => {
      seeds?.publish()
      const shown = alignment ? slotsShown(db, child, alignment) : 0
      const slotCount = place.armId === null ? rowCount : shown
      const published = publishCell(db, place.cellNo, { rowCount, report, keySets, slotCount })
      publishImportedColumns(db, studyId, child, values.columns, upload)
      return published
    })
    return {
      fileName: upload.fileName,
      cellId: place.cellId,
      outcome: 'imported',
      rows,
      revision,
      skipped: report.skipped.length,
      alignment,
      notes: values.notes,
    }
  } catch (error) {
    seeds?.discard()
    discardCell(db, place.cellNo)
    throw error
  }
}
