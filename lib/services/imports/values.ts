import { z } from 'zod'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { runCells, runs } from '@/db/schema'
import {
  IMPORTED_LABEL,
  type ImportedColumn,
  type ImportedValueSpec,
} from '@/lib/contracts/imported-values'
import type { RunRecord } from '@/lib/contracts/run'
import { statusCode } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { importedValues, namedValueSpecs } from '@/lib/formats/shared/imported-values'
import { parseExact } from '@/lib/formats/shared/exact-json'
import { unpackFlags } from '@/lib/formats/stored-row'
import type { JsonObject } from '@/lib/formats/types'
import { listImported, parseParams } from '@/lib/metrics'
import type { CellResult, MeasuredMetric } from '@/lib/metrics/types'
import { ColumnWriter } from '../columns/writer'
import { buildDefinition, definitionHash } from '../runs/definition'
import { createRun, pinIfFirst, type RunRow } from '../runs/extend-run'
import { countRows, countRun, type RowCounts } from '../runs/row-status'

/** Rows read at a time: about 10 ms. */
const READ_ROWS = 4_096

/** Values of one metric that came with a staged cell; entry i belongs to row `indices[i]`. */
export interface ImportedColumns {
  metric: MeasuredMetric
  /** Columns of the metric, under the names that they have in this file. */
  specs: ImportedValueSpec[]
  /** Source keys that were there. */
  keys: string[]
  indices: Int32Array
  columns: CellResult['columns']
}

const storedRowSchema = z.object({
  idx: z.number(),
  extra: z.string().nullable(),
  flags: z.number(),
})
type StoredRow = z.output<typeof storedRowSchema>

interface Collected {
  metric: MeasuredMetric
  specs: ImportedValueSpec[]
  keys: string[]
  indices: number[]
  values: Record<string, number[]>
  status: Record<string, number[]>
}

function collectors(keys: readonly string[], columns: readonly ImportedColumn[]): Collected[] {
  const known = namedValueSpecs(columns)
  return listImported().flatMap((metric) => {
    const specs = known.filter((spec) => spec.metric === metric.id)
    const own = specs.filter((spec) => keys.includes(spec.key))
    if (own.length === 0) return []
    const empty = () => Object.fromEntries(metric.outputs.map(({ key }) => [key, [] as number[]]))
    const keysOf = own.map((spec) => spec.key)
    return [{ metric, specs, keys: keysOf, indices: [], values: empty(), status: empty() }]
  })
}

function addRow(row: StoredRow, into: readonly Collected[]): void {
  const extra = row.extra === null ? null : (parseExact(row.extra, {}, '') as JsonObject)
  const flags = unpackFlags(row.flags)
  // Only whether there is a response counts here, and the flag says so.
  const output = flags.includes('no_response') ? null : ' '
  for (const { specs, indices, values, status } of into) {
    indices.push(row.idx)
    importedValues({ extra, flags, output }, specs).forEach((read, i) => {
      const key = specs[i]?.output as string
      values[key]?.push(read.value ?? Number.NaN)
      status[key]?.push(statusCode(read.status))
    })
  }
}

/**
 * Returns the results of other tools among the extra fields of a staged cell, by metric; the fields themselves stay with
 * the rows. `keySets` are the key orders of the file, so that files without results are not read again; `columns` are those that the user named.
 */
export async function readImportedColumns(
  db: Db,
  cellNo: number,
  keySets: readonly (readonly string[])[],
  columns: readonly ImportedColumn[],
  signal?: AbortSignal,
): Promise<ImportedColumns[]> {
  const collected = collectors([...new Set(keySets.flat())], columns)
  if (collected.length === 0) return []
  const page = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx, extra, flags from rows where cell_no = ? and idx > ? order by idx limit ${READ_ROWS}`,
    row: storedRowSchema,
  })
  let last = -1
  for (;;) {
    throwIfAborted(signal)
    const rows = page.all(cellNo, last)
    for (const row of rows) addRow(row, collected)
    if (rows.length < READ_ROWS) break
    last = rows.at(-1)?.idx as number
    // Heartbeats get their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return collected.map(({ metric, specs, keys, indices, values, status }) => ({
    metric,
    specs,
    keys,
    indices: Int32Array.from(indices),
    columns: Object.fromEntries(
      metric.outputs.map(({ key }) => [
        key,
        {
          values: Float64Array.from(values[key] ?? []),
          status: Uint8Array.from(status[key] ?? []),
        },
      ]),
    ),
  }))
}

/** The row's own status is that of the first output that the file has: the measure, not what stands beside it. */
function rowStatusOf({ metric, specs, keys, columns }: ImportedColumns): Uint8Array {
  const present = specs.filter((spec) => keys.includes(spec.key))
  const first = metric.outputs.find(({ key }) => present.some((spec) => spec.output === key))
  return (first && columns[first.key]?.status) ?? new Uint8Array()
}

function runFor(db: Db, studyId: string, metric: MeasuredMetric): RunRow {
  const definition = buildDefinition(metric, parseParams(metric, {}), null)
  const found = db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.studyId, studyId),
        eq(runs.definitionHash, definitionHash(definition)),
        isNull(runs.deletedAt),
      ),
    )
    .orderBy(desc(runs.no))
    .get()
  if (found) return found
  const made = createRun(db, { studyId, definition, rowSet: { kind: 'all' }, backend: null })
  pinIfFirst(db, made)
  return made
}

/** Where imported values came from, for the card. */
export interface ValueSource {
  fileName: string
  sha256: string
}

function extendedRecord(
  { record }: RunRow,
  imported: ImportedColumns,
  source: ValueSource,
  { done, valued, reasons }: RowCounts,
): RunRecord {
  const now = Date.now()
  const files = (record.notes['files'] ?? []) as unknown[]
  return {
    ...record,
    backendLabel: IMPORTED_LABEL,
    startedAt: record.startedAt ?? now,
    finishedAt: now,
    rows: done,
    valued,
    reasons,
    notes: {
      ...record.notes,
      definition:
        'Not known: the file does not say which model, text or threshold made the values, nor whether two files were made alike.',
      files: [...files, { file: source.fileName, sha256: source.sha256, columns: imported.keys }],
    },
  }
}

/**
 * Stores imported values as runs, so that tables, filters, figures and exports show them like computed ones. Call it in
 * the transaction that publishes the cell, after it, so that the revision it replaces no longer counts.
 */
export function publishImportedColumns(
  db: Db,
  studyId: string,
  cell: { no: number; rowCount: number },
  all: readonly ImportedColumns[],
  source: ValueSource,
): void {
  for (const imported of all) {
    const { metric, indices, columns } = imported
    const run = runFor(db, studyId, metric)
    const writer = new ColumnWriter(db, run.no, cell.no, cell.rowCount, metric.outputs)
    writer.setColumns(indices, { columns, record: {} })
    const rowStatus = rowStatusOf(imported)
    indices.forEach((index, i) => {
      writer.rowStatus[index] = rowStatus[i] as number
    })
    writer.flush()
    const counts = countRows(writer.rowStatus)
    const finishedAt = Date.now()
    db.insert(runCells)
      .values({
        runNo: run.no,
        cellNo: cell.no,
        total: indices.length,
        done: counts.done,
        valued: counts.valued,
        version: 1,
        finishedAt,
      })
      .run()
    db.update(runs)
      .set({ record: extendedRecord(run, imported, source, countRun(db, run.no)) })
      .where(eq(runs.no, run.no))
      .run()
  }
}
