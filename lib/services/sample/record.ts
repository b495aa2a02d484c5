import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { rowDetails, runCells, runs } from '@/db/schema'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { Column } from '@/lib/columns/column'
import { AppError } from '@/lib/errors'
import { getMeasured, outputsOf } from '@/lib/metrics'
import type { OutputSpec } from '@/lib/metrics/types'
import { currentCells, type CellRef } from '../cells'
import { requestedCells } from '../runs/compute'
import { readOutput, studyRuns } from '../columns/runs'
import { pendingBackend } from '../runs/definition'
import { PENDING, readRowStatus } from '../runs/row-status'
import type { RunRow } from '../runs/extend-run'
import {
  readSampleMetrics,
  sampleCellName,
  sampleFolder,
  writeSampleLines,
  type SampleMetric,
} from './manifest'
import {
  hashesOfData,
  RECORD_COMMAND,
  renameCells,
  writeValues,
  type RecordedRow,
  type RecordedRun,
  type RecordedValues,
} from './values'

// Tokens for the heat strip: their losses are in the request cache, which is not recorded, and without them they show nothing.
const NOT_RECORDED: ReadonlySet<string> = new Set(['strip'])

function recordedDetail(text: string): Record<string, unknown> | null {
  const detail = Object.entries(JSON.parse(text) as Record<string, unknown>)
  const kept = detail.filter(([key]) => !NOT_RECORDED.has(key))
  return kept.length === 0 ? null : Object.fromEntries(kept)
}

/** Returns the ids of the cells whose values of a metric are recorded. */
export function recordedCells(db: Db, studyId: string, wanted: SampleMetric): string[] {
  return requestedCells(db, studyId, [], getMeasured(wanted.metric))
    .filter((cell) => !wanted.leaveRounds.includes(cell.round))
    .map((cell) => cell.id)
}

/** Returns a stored number as JSON has it; what JSON cannot hold must not be recorded as something else. */
function plain(value: number, code: number): number | null {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return null
  throw new AppError('internal', `A value with status ${statusOf(code).name} is ${value}.`)
}

function valueOf(column: Column, spec: OutputSpec, idx: number): RecordedRow['values'][string] {
  const code = column.status[idx] as number
  const entries = Array.from(
    column.values.subarray(idx * column.width, (idx + 1) * column.width),
    (value) => plain(value, code),
  )
  if (spec.shape === 'vector') return entries.every((one) => one === null) ? null : entries
  if (carriesValue(code) && entries[0] === null) {
    throw new AppError(
      'internal',
      `A value of ${spec.key} is missing under ${statusOf(code).name}.`,
    )
  }
  return entries[0] ?? null
}

function rowsOfCell(db: Db, run: RunRow, cell: CellRef): RecordedRow[] {
  const keys = studyRuns(db, run.studyId).filter((key) => key.no === run.no)
  const specs = outputsOf(getMeasured(run.metricId), run.definition.params)
  const columns = specs.map((spec) => {
    const width = spec.shape === 'vector' ? (spec.length ?? 1) : 1
    const { key, dtype } = spec
    return { spec, column: readOutput(db, keys, cell, { key, width, dtype }).column }
  })
  const details = new Map(
    db
      .select({ cellNo: rowDetails.cellNo, idx: rowDetails.idx, detail: rowDetails.detail })
      .from(rowDetails)
      .where(eq(rowDetails.runNo, run.no))
      .all()
      .filter((row) => row.cellNo === cell.no)
      .map((row) => [row.idx, recordedDetail(row.detail)]),
  )
  return Array.from(readRowStatus(db, run.no, cell.no, cell.rowCount), (code, index) => {
    if (code === PENDING) {
      throw new AppError('conflict', `${run.metricId} is not complete in ${sampleCellName(cell)}.`)
    }
    const status = statusOf(code).name
    const values: RecordedRow['values'] = {}
    const statuses: NonNullable<RecordedRow['statuses']> = {}
    for (const { spec, column } of columns) {
      const value = valueOf(column, spec, index)
      if (value !== null) values[spec.key] = value
      const own = statusOf(column.status[index] as number).name
      if (own !== status) statuses[spec.key] = own
    }
    const detail = details.get(index)
    return {
      cell: sampleCellName(cell),
      index,
      status,
      values,
      ...(Object.keys(statuses).length > 0 ? { statuses } : {}),
      ...(detail ? { detail } : {}),
    }
  })
}

function dumpRun(db: Db, run: RunRow, folder: string): RecordedRun {
  if (pendingBackend(run.definition) !== null) {
    throw new AppError('conflict', `${run.metricId} was not computed.`)
  }
  const finished = new Map(
    db
      .select()
      .from(runCells)
      .where(eq(runCells.runNo, run.no))
      .all()
      .map((entry) => [entry.cellNo, entry.finishedAt ?? 0]),
  )
  const cells = currentCells(db, run.studyId).filter((cell) => finished.has(cell.no))
  const names = new Map(cells.map((cell) => [cell.id, sampleCellName(cell)]))
  const rows = cells.flatMap((cell) => rowsOfCell(db, run, cell))
  const file = `values-${run.metricId}.jsonl`
  const { definition, rowSet, backendId, createdAt } = run
  return {
    file,
    sha256: writeSampleLines(file, rows, folder),
    at: Date.now(),
    definition,
    rowSet,
    record: { ...renameCells(run.record, (id) => names.get(id)) },
    backendId,
    createdAt,
    cells: cells.map((cell) => ({
      cell: sampleCellName(cell),
      finishedAt: finished.get(cell.no) ?? 0,
    })),
  }
}

/**
 * Writes the runs of a computed sample study as files beside its data, so that a new installation shows them at once, and
 * returns the list of them with those that are kept as they were recorded before. Throws `conflict` when a run is not
 * complete.
 */
export function recordValues(
  db: Db,
  studyId: string,
  folder = sampleFolder(),
  kept: readonly RecordedRun[] = [],
): RecordedValues {
  const stored = db.select().from(runs).where(eq(runs.studyId, studyId)).orderBy(runs.no).all()
  const order = readSampleMetrics(folder).map(({ metric }) => metric)
  // Columns of the files come with them.
  const isKept = (metric: string) => kept.some(({ definition }) => definition.metric === metric)
  const wanted = stored.filter(
    ({ deletedAt, metricId }) =>
      deletedAt === null && order.includes(metricId) && !isKept(metricId),
  )
  const made = wanted.map((run) => dumpRun(db, run, folder))
  const values: RecordedValues = {
    madeBy: RECORD_COMMAND,
    files: hashesOfData(folder),
    runs: [...kept, ...made].toSorted(
      (a, b) => order.indexOf(a.definition.metric) - order.indexOf(b.definition.metric),
    ),
  }
  writeValues(values, folder)
  return values
}
