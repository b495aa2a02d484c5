import { and, eq } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { rowDetails, runCells, runs } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { getMeasured, outputsOf } from '@/lib/metrics'
import { currentCells, type CellRef } from '../cells'
import { ColumnWriter } from '../columns/writer'
import { addCell, createRun, pinIfFirst, planCell, type RunRow } from '../runs/extend-run'
import { countRows } from '../runs/row-status'
import { sampleCellName, sampleFolder } from './manifest'
import {
  RECORD_COMMAND,
  readRecordedRows,
  renameCells,
  validRuns,
  type RecordedRow,
  type RecordedRun,
} from './values'

function fillCell(
  db: Db,
  run: RunRow,
  cell: CellRef,
  rows: readonly RecordedRow[],
  finishedAt: number,
): void {
  const metric = getMeasured(run.metricId)
  addCell(db, run.no, planCell(db, cell, null, metric.inputs))
  const outputs = outputsOf(metric, run.definition.params)
  const writer = new ColumnWriter(db, run.no, cell.no, cell.rowCount, outputs)
  for (const { index, status, values, statuses, detail } of rows) {
    // A vector entry that is null was not there; the writer stores what is absent as such.
    const stored = Object.entries(values).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((entry) => entry ?? NaN) : value,
    ])
    writer.setRow({
      index,
      status,
      values: Object.fromEntries(stored) as Record<string, number | number[] | null>,
      ...(statuses ? { statuses } : {}),
    })
    if (!detail) continue
    db.insert(rowDetails)
      .values({ runNo: run.no, cellNo: cell.no, idx: index, detail: JSON.stringify(detail) })
      .run()
  }
  writer.flush()
  const { total, done, valued } = countRows(writer.rowStatus)
  db.update(runCells)
    .set({ total, done, valued, finishedAt })
    .where(and(eq(runCells.runNo, run.no), eq(runCells.cellNo, cell.no)))
    .run()
}

function restoreRun(db: Db, studyId: string, recorded: RecordedRun, folder: string): void {
  const cells = new Map(currentCells(db, studyId).map((cell) => [sampleCellName(cell), cell]))
  const { definition, rowSet, backendId } = recorded
  const created = createRun(db, { studyId, definition, rowSet, backend: null })
  const record = renameCells(recorded.record, (key) => cells.get(key)?.id)
  const run = db
    .update(runs)
    .set({
      record: {
        ...record,
        recorded: {
          command: RECORD_COMMAND,
          at: recorded.at,
          appVersion: record.appVersion,
          rows: record.rows,
        },
      },
      backendId,
      createdAt: recorded.createdAt,
    })
    .where(eq(runs.no, created.no))
    .returning()
    .get()
  const rows = readRecordedRows(recorded, folder)
  for (const { cell: name, finishedAt } of recorded.cells) {
    const cell = cells.get(name)
    if (!cell) throw new AppError('data_error', `${recorded.file}: there is no cell ${name}.`)
    const own = rows.filter((row) => row.cell === name)
    if (own.length !== cell.rowCount) {
      throw new AppError('data_error', `${recorded.file}: ${name} has ${own.length} rows.`)
    }
    fillCell(db, run, cell, own, finishedAt)
  }
  pinIfFirst(db, run)
}

/**
 * Stores the recorded runs of the sample with their values, replies and cards. Runs whose definition is no longer what
 * this version makes are left out: they are computed instead.
 */
export function restoreValues(db: Db, studyId: string, folder = sampleFolder()): void {
  inTransaction(db, () => {
    for (const recorded of validRuns(folder)) restoreRun(db, studyId, recorded, folder)
  })
}
