import { and, eq, gte, inArray, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { columnChunks, runCells, runs } from '@/db/schema'
import { placeKey } from '@/lib/contracts/import-matrix'
import type { ImportPlan } from '@/lib/contracts/study'
import { isValuesFormat, whyNotOf, type ValuesFormatId } from '@/lib/contracts/values-file'
import { AppError, throwIfAborted } from '@/lib/errors'
import { openingOptions } from '@/lib/formats/containers/open-rows'
import { readValues } from '@/lib/formats/values'
import type { OpenPart } from '@/lib/formats/values/types'
import { getMeasured, listImported, parseParams } from '@/lib/metrics'
import { currentCells, type CellRef } from '../cells'
import type { ServiceContext } from '../context'
import type { RunRow } from '../runs/extend-run'
import { countRun } from '../runs/row-status'
import type { ImportedFile } from './file'
import type { ImportHooks } from './rows/stage'
import { openUpload } from './uploads'
import { importedRun, storeImported } from './values'

/** A plan for a file of values without rows. */
export type ValuesPlan = ImportPlan & { format: ValuesFormatId }

/** Returns whether a plan is for a file of values without rows. */
export function isValuesPlan(plan: ImportPlan): plan is ValuesPlan {
  return isValuesFormat(plan.format)
}

/** Returns the file whose rows the values of a plan belong to; throws `data_error` where the study has none at its place. */
export function requireCell(db: Db, studyId: string, plan: ImportPlan): CellRef {
  const cell = currentCells(db, studyId).find((one) => placeKey(one) === placeKey(plan))
  if (cell) return cell
  throw new AppError(
    'data_error',
    `${plan.fileName}: the study has no file at this place whose rows the values could belong to. Import the rows first, or choose another place.`,
  )
}

function partOf(parts: readonly OpenPart[], { fileName, part }: ImportPlan): OpenPart {
  const found = parts[(part ?? 1) - 1]
  if (found && (part !== null || parts.length === 1)) return found
  throw new AppError(
    'invalid_input',
    `${fileName} holds ${parts.length} results, of which one belongs to a place. Choose one.`,
  )
}

function joinTo(plan: ValuesPlan, part: OpenPart, cell: CellRef) {
  const skipped = new Set(cell.skipped)
  const all = Int32Array.from({ length: cell.rowCount }, (_, row) => row)
  const rows = all.filter((row) => !skipped.has(row))
  // What is in the order of the rows has a place for the skipped ones; the rest can only be of rows that are there.
  const why =
    whyNotOf(plan.format, part, cell.rowCount) ??
    (part.isByOrder(cell.rowCount) ? null : whyNotOf(plan.format, part, rows.length))
  if (why) throw new AppError('data_error', `${plan.fileName}: ${why} Choose another place.`)
  return { rows, values: part.join({ rowCount: cell.rowCount, rows }) }
}

const filesOf = ({ record }: Pick<RunRow, 'record'>) =>
  (record.notes['files'] ?? []) as { sha256?: string; cellId?: string; part?: number | null }[]

/** The runs of imported metrics. */
function importedRuns(db: Db, studyId: string): RunRow[] {
  const ids = listImported().map(({ id }) => id)
  const isImported = and(eq(runs.studyId, studyId), inArray(runs.metricId, ids))
  return db
    .select()
    .from(runs)
    .where(and(isImported, isNull(runs.deletedAt)))
    .all()
}

/** Returns whether a run holds the values of this file, or of this part of it, for a cell. */
export function holdsValues(
  db: Db,
  studyId: string,
  cell: CellRef,
  { sha256, part }: Pick<ImportPlan, 'sha256' | 'part'>,
): boolean {
  const isSame = (one: ReturnType<typeof filesOf>[number]) =>
    one.sha256 === sha256 && one.cellId === cell.id && (one.part ?? 1) === (part ?? 1)
  return importedRuns(db, studyId).some((run) => filesOf(run).some(isSame))
}

/** The first series of a metric that has no values of the cell. */
function freeSeries(db: Db, studyId: string, cell: CellRef, metric: string): number {
  const entries = db.select().from(runCells).where(eq(runCells.cellNo, cell.no)).all()
  const taken = new Set(
    importedRuns(db, studyId)
      .filter(
        ({ no, metricId }) => metricId === metric && entries.some(({ runNo }) => runNo === no),
      )
      .map(({ definition }) => definition.params['series']),
  )
  let series = 1
  while (taken.has(series)) series += 1
  return series
}

function store(
  db: Db,
  studyId: string,
  { fileName, sha256, part }: ImportPlan,
  cell: CellRef,
  { rows, values }: ReturnType<typeof joinTo>,
): void {
  const { columns, rowStatus, record, how } = values
  const metric = getMeasured(values.metric)
  inTransaction(db, () => {
    const imported = {
      metric,
      params: parseParams(metric, { series: freeSeries(db, studyId, cell, metric.id) }),
      keys: Object.keys(columns),
      indices: rows,
      columns,
      rowStatus,
      ...(record ? { notes: { [cell.id]: record } } : {}),
      facts: { cellId: cell.id, part, joined: how },
    }
    const run = importedRun(db, studyId, imported)
    storeImported(db, run, cell, imported, { fileName, sha256 })
  })
}

/**
 * Imports a file of values without rows: they become those of a run of the metric that they are, for the file at the place of the plan. A
 * second file for the same rows makes a run of its own. Throws `data_error` where there is no such file, or the counts do not fit.
 */
export async function importValues(
  ctx: ServiceContext,
  studyId: string,
  plan: ValuesPlan,
  { signal, onProgress }: ImportHooks = {},
): Promise<ImportedFile> {
  const { db } = ctx
  const cell = requireCell(db, studyId, plan)
  const done = (outcome: ImportedFile['outcome'], joined: string, rows = 0): ImportedFile => ({
    fileName: plan.fileName,
    cellId: cell.id,
    outcome,
    rows,
    revision: cell.revision,
    skipped: 0,
    alignment: null,
    notes: [],
    joined,
  })
  // A job that was killed after storing has no upload any more.
  if (holdsValues(db, studyId, cell, plan)) return done('known', '')
  const upload = await openUpload(ctx.config, plan.uploadId)
  const options = { ...openingOptions(plan.opening), ...(signal ? { signal } : {}) }
  const part = partOf(await readValues(upload, plan.format, options), plan)
  throwIfAborted(signal)
  const joined = joinTo(plan, part, cell)
  store(db, studyId, { ...plan, sha256: upload.sha256 }, cell, joined)
  onProgress?.(plan.sizeBytes, joined.rows.length)
  return done('imported', joined.values.how, joined.rows.length)
}

/** Takes the values of a cell out of a run, where they came since a moment. */
function takeOut(db: Db, runNo: number, cellNo: number, since: number): boolean {
  const entry = and(eq(runCells.runNo, runNo), eq(runCells.cellNo, cellNo))
  const gone = db
    .delete(runCells)
    .where(and(entry, gte(runCells.finishedAt, since)))
    .run()
  if (gone.changes === 0) return false
  const chunks = and(eq(columnChunks.runNo, runNo), eq(columnChunks.cellNo, cellNo))
  db.delete(columnChunks).where(chunks).run()
  return true
}

/** Takes out the values that files without rows brought since a moment; returns how many files that were. Safe to repeat after a crash. */
export function undoValues(
  db: Db,
  studyId: string,
  plans: readonly ImportPlan[],
  since: number,
): number {
  const hashes = new Set(plans.filter(isValuesPlan).map(({ sha256 }) => sha256))
  const numbers = new Map(currentCells(db, studyId).map(({ id, no }) => [id, no]))
  return inTransaction(db, () => {
    let count = 0
    for (const run of importedRuns(db, studyId)) {
      const files = filesOf(run)
      const kept = files.filter(({ sha256 = '', cellId = '' }) => {
        const cellNo = numbers.get(cellId)
        if (!hashes.has(sha256) || cellNo === undefined) return true
        return !takeOut(db, run.no, cellNo, since)
      })
      if (kept.length === files.length) continue
      count += files.length - kept.length
      const { done, valued, reasons } = countRun(db, run.no)
      const notes = { ...run.record.notes, files: kept }
      const record = { ...run.record, rows: done, valued, reasons, notes }
      const isEmpty = kept.length === 0
      db.update(runs)
        .set({ record, ...(isEmpty ? { deletedAt: Date.now(), pinned: false } : {}) })
        .where(eq(runs.no, run.no))
        .run()
    }
    return count
  })
}
