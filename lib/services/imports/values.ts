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
import { getMeasured, listImported, parseParams } from '@/lib/metrics'
import type { CellResult, MeasuredMetric } from '@/lib/metrics/types'
import type { RestoredColumn } from './bundle/restored'
import { chosenReaders } from './chosen-columns'
import { ColumnWriter } from '../columns/writer'
import { buildDefinition, definitionHash } from '../runs/definition'
import { createRun, pinIfFirst, type RunRow } from '../runs/extend-run'
import { countRows, countRun, type RowCounts } from '../runs/row-status'

/** Rows read at a time: about 10 ms. */
const READ_ROWS = 4_096

/** Values of one metric that came with a staged cell; entry i belongs to row `indices[i]`. */
export interface ImportedColumns {
  metric: MeasuredMetric
  params: Record<string, unknown>
  /** Source keys that were there. */
  keys: string[]
  indices: Int32Array
  columns: CellResult['columns']
  /** The card that an export states of the values; absent where nothing says how they were made. */
  card?: RestoredColumn['card']
  /** The row's own status: that of the measure, not of what stands beside it. */
  rowStatus: Uint8Array
  /** What the record says of the cell beside what it says of the file. */
  notes?: Record<string, unknown>
  /** What the entry of the file in the record says beside name, hash and columns. */
  facts?: Record<string, unknown>
}

/** The extra fields of a stored row. */
export interface ReadExtra {
  idx: number
  extra: JsonObject | null
  /** Numbers as they are written, by JSON pointer, where the parsed ones cannot say it. */
  literals: Record<string, string>
  flags: ReturnType<typeof unpackFlags>
}

/** Takes the rows of a cell in their order and makes columns of them. */
export interface ValueReader {
  add(row: ReadExtra): void
  /** What the report says of values that were not read. */
  notes(): string[]
  finish(db: Db, studyId: string): ImportedColumns | Promise<ImportedColumns>
}

const storedRowSchema = z.object({
  idx: z.number(),
  extra: z.string().nullable(),
  flags: z.number(),
})

/** Reads the known results of one metric. */
class KnownValues implements ValueReader {
  readonly #metric: MeasuredMetric
  readonly #specs: ImportedValueSpec[]
  readonly #keys: string[]
  readonly #indices: number[] = []
  readonly #columns: Record<string, { values: number[]; status: number[] }>

  constructor(metric: MeasuredMetric, specs: ImportedValueSpec[], keys: string[]) {
    this.#metric = metric
    this.#specs = specs
    this.#keys = keys
    const empty = metric.outputs.map(({ key }) => [key, { values: [], status: [] }])
    this.#columns = Object.fromEntries(empty)
  }

  add({ idx, extra, flags }: ReadExtra): void {
    // Only whether there is a response counts here, and the flag says so.
    const output = flags.includes('no_response') ? null : ' '
    this.#indices.push(idx)
    importedValues({ extra, flags, output }, this.#specs).forEach((read, i) => {
      const column = this.#columns[this.#specs[i]?.output as string]
      column?.values.push(read.value ?? Number.NaN)
      column?.status.push(statusCode(read.status))
    })
  }

  notes(): string[] {
    return []
  }

  finish(): ImportedColumns {
    const columns: CellResult['columns'] = {}
    for (const [key, { values, status }] of Object.entries(this.#columns)) {
      columns[key] = { values: Float64Array.from(values), status: Uint8Array.from(status) }
    }
    const metric = this.#metric
    const present = this.#specs.filter((spec) => this.#keys.includes(spec.key))
    const first = metric.outputs.find(({ key }) => present.some((spec) => spec.output === key))
    return {
      metric,
      params: parseParams(metric, {}),
      keys: this.#keys,
      indices: Int32Array.from(this.#indices),
      columns,
      rowStatus: (first && columns[first.key]?.status) ?? new Uint8Array(),
    }
  }
}

function knownReaders(keys: readonly string[], columns: readonly ImportedColumn[]): ValueReader[] {
  const known = namedValueSpecs(columns)
  return listImported().flatMap((metric) => {
    const specs = known.filter((spec) => spec.metric === metric.id)
    const own = specs.flatMap(({ key }) => (keys.includes(key) ? [key] : []))
    return own.length === 0 ? [] : [new KnownValues(metric, specs, own)]
  })
}

/** What the extra fields of a cell hold, and what the report says of them. */
export interface ReadColumns {
  columns: ImportedColumns[]
  notes: string[]
}

/**
 * Returns the columns among the extra fields of a staged cell; the fields themselves stay with the rows. `keySets` are the
 * key orders of the file, so that files without results are not read again; `columns` are those that the user named, `restored` those that an
 * export carried.
 */
export async function readImportedColumns(
  db: Db,
  cell: { studyId: string; no: number },
  keySets: readonly (readonly string[])[],
  columns: readonly ImportedColumn[],
  signal?: AbortSignal,
  restored: readonly RestoredColumn[] = [],
): Promise<ReadColumns> {
  const keys = [...new Set(keySets.flat())]
  const readers = [...knownReaders(keys, columns), ...chosenReaders(columns, restored)]
  if (readers.length === 0) return { columns: [], notes: [] }
  const page = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx, extra, flags from rows where cell_no = ? and idx > ? order by idx limit ${READ_ROWS}`,
    row: storedRowSchema,
  })
  let last = -1
  for (;;) {
    throwIfAborted(signal)
    const rows = page.all(cell.no, last)
    for (const { idx, extra: text, flags } of rows) {
      const literals: ReadExtra['literals'] = {}
      const extra = text === null ? null : (parseExact(text, literals, '') as JsonObject)
      const row = { idx, extra, literals, flags: unpackFlags(flags) }
      for (const reader of readers) reader.add(row)
    }
    if (rows.length < READ_ROWS) break
    last = rows.at(-1)?.idx as number
    // Heartbeats get their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const read: ReadColumns = { columns: [], notes: [] }
  for (const reader of readers) {
    read.columns.push(await reader.finish(db, cell.studyId))
    read.notes.push(...reader.notes())
  }
  return read
}

/** Returns the run of imported values under these parameters, made where there is none. */
export function importedRun(
  db: Db,
  studyId: string,
  { metric, params }: Pick<ImportedColumns, 'metric' | 'params'>,
): RunRow {
  const definition = buildDefinition(getMeasured(metric.id), params, null)
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

const STATED =
  'As the recipe of the export states it (see "stated"); the values came with the export and were not computed here.'

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
      ...imported.notes,
      ...(imported.card
        ? { definition: STATED, stated: imported.card }
        : {
            definition:
              'Not known: the file does not say which model, text or threshold made the values, nor whether two files were made alike.',
          }),
      files: [
        ...files,
        {
          file: source.fileName,
          sha256: source.sha256,
          columns: imported.keys,
          ...imported.facts,
        },
      ],
    },
  }
}

/** Stores imported values of a cell in a run that has none of it yet. */
export function storeImported(
  db: Db,
  run: RunRow,
  cell: { no: number; rowCount: number },
  imported: ImportedColumns,
  source: ValueSource,
): void {
  const { metric, indices, columns, rowStatus } = imported
  const writer = new ColumnWriter(db, run.no, cell.no, cell.rowCount, metric.outputs)
  writer.setColumns(indices, { columns, record: {} })
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
      // Values that are taken out and imported again are others to whoever keeps columns by their version.
      version: finishedAt,
      finishedAt,
    })
    .run()
  db.update(runs)
    .set({ record: extendedRecord(run, imported, source, countRun(db, run.no)) })
    .where(eq(runs.no, run.no))
    .run()
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
    storeImported(db, importedRun(db, studyId, imported), cell, imported, source)
  }
}
