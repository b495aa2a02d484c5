import { z } from 'zod'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ExportFinding } from '@/lib/contracts/export'
import { cellOf, merged, schemaOf, typeOf, type ColumnType } from '../parquet/column-type'
import { snappyCompress } from '../parquet/snappy'
import type { JsonValue } from '../types'
import { exportEntries, literalsOf, type ExportRow } from './export-row'
import { defineWriter, everyRow, type RowBatches } from './types'

/** Rows of a row group: writing one takes about 20 ms, in which the web process answers nobody. */
const GROUP_ROWS = 2_500
/** Characters after which a row group of long texts ends. */
const GROUP_CHARACTERS = 2_000_000
/** Values looked at to tell whether a column repeats itself. */
const SAMPLE = 64
/** Columns named in a finding. */
const SHOWN = 3

/** What the rows have in their columns. */
export interface Table {
  types: Map<string, ColumnType>
  /** Column -> rows that have it. */
  counts: Map<string, number>
  /** Column -> first row whose value did not fit the rows before, counted from 1. */
  mixed: Map<string, number>
  rows: number
}

/** Columns of typed values. */
export const parquet = defineWriter({
  id: 'parquet',
  label: 'Parquet',
  description:
    'Typed columns for pandas, DuckDB and datasets: texts as UTF-8, numbers as INT64 and DOUBLE, chats and tags as lists and structs. What has no one type is written as JSON text.',
  extension: 'parquet',
  mediaType: 'application/vnd.apache.parquet',
  options: z.object({}),
  async prepare(job) {
    const table = await readTable((job.openKinds ?? job.open)())
    return everyRow(job, () => writeParquet(job.open(), table), parquetNotes(table))
  },
})

/** Returns what the rows have in their columns. */
export async function readTable(batches: RowBatches): Promise<Table> {
  const table: Table = { types: new Map(), counts: new Map(), mixed: new Map(), rows: 0 }
  const { types, counts, mixed } = table
  const plain = new PlainRows()
  for await (const batch of batches) {
    for (const item of batch) {
      table.rows++
      if (plain.isKnown(item)) continue
      const literals = literalsOf(item)
      const metrics = new Set(item.metrics?.map(({ key }) => key))
      for (const { key, value, pointer } of exportEntries(item)) {
        const before = types.get(key)
        counts.set(key, (counts.get(key) ?? 0) + 1)
        if (before?.kind === 'json') continue
        const isMetric = pointer === 'added' && metrics.has(key)
        const own = isMetric ? metricType(value) : typeOf(value, literals, pointer)
        const type = before ? merged(before, own) : own
        types.set(key, type)
        if (type.kind === 'json') mixed.set(key, table.rows)
      }
    }
  }
  for (const { item, rows } of plain.repeated())
    for (const { key } of exportEntries(item)) counts.set(key, (counts.get(key) ?? 0) + rows)
  return table
}

/** Rows that are nothing but texts under the same keys: the first of each kind tells the types of all. */
class PlainRows {
  readonly #kinds = new Map<readonly string[], Map<number, { item: ExportRow; rows: number }>>()

  /** Returns whether a row adds nothing to the types, and counts it then. */
  isKnown(item: ExportRow): boolean {
    const { row, lineage, metrics } = item
    if (row.extra || row.messages || row.history || row.tools || lineage || metrics) return false
    const response = item.response === undefined ? row.output : item.response
    const has = [row.input, row.system, row.externalId, response, row.literals ?? null]
    const pattern = has.reduce((sum, one, bit) => sum + (one === null ? 0 : 1 << bit), 0)
    const kinds = this.#kinds.get(row.keys) ?? new Map<number, { item: ExportRow; rows: number }>()
    const known = kinds.get(pattern)
    if (known) {
      known.rows += 1
      return true
    }
    this.#kinds.set(row.keys, kinds.set(pattern, { item, rows: 0 }))
    return false
  }

  repeated(): { item: ExportRow; rows: number }[] {
    return [...this.#kinds.values()].flatMap((kinds) => [...kinds.values()])
  }
}

/** Metric values are doubles, also where all of them happen to be whole. */
function metricType(value: JsonValue): ColumnType {
  if (Array.isArray(value)) return { kind: 'list', item: { kind: 'double' } }
  return { kind: typeof value === 'string' ? 'text' : 'double' }
}

/** Returns what Parquet cannot tell apart in the rows. */
export function parquetNotes({ types, counts, mixed, rows }: Table): ExportFinding[] {
  const shown = (names: string[]) =>
    names.slice(0, SHOWN).map((name) => JSON.stringify(name.slice(0, 40)))
  const gaps = [...types.keys()].filter((name) => (counts.get(name) ?? 0) < rows)
  const findings: ExportFinding[] = []
  if (gaps.length > 0) {
    findings.push({
      rule: 'parquet_absent',
      message:
        'Rows that lack a column hold null there: Parquet cannot tell the two apart. JSON and JSONL can.',
      rows: rows - Math.min(...gaps.map((name) => counts.get(name) ?? 0)),
      examples: shown(gaps),
      at: [],
    })
  }
  if (mixed.size > 0) {
    findings.push({
      rule: 'parquet_json',
      message:
        'Columns whose values have no one type, or objects with other keys from row to row, are written as JSON text. Importing them gives the same values; other programs read texts.',
      rows: 0,
      examples: shown([...mixed.keys()]),
      at: [...mixed.values()].slice(0, SHOWN),
    })
  }
  return findings
}

/**
 * Yields a Parquet file, a row group at a time. `plain` writes JSON text as ordinary text, for readers that make a type of their own of
 * columns marked as JSON.
 */
export async function* writeParquet(
  batches: RowBatches,
  table: Table,
  plain = false,
): AsyncGenerator<Uint8Array> {
  const columns = [...table.types]
  const out = new ByteWriter()
  const writer = new ParquetWriter({
    writer: out,
    schema: [
      { name: 'schema', num_children: columns.length },
      ...columns.flatMap(([name, type]) =>
        schemaOf(name, plain && type.kind === 'json' ? { kind: 'text' } : type),
      ),
    ],
    createdBy: 'evolens',
    compressors: { SNAPPY: snappyCompress },
    // Their order of texts is not that of the bytes, by which other programs would leave row groups out.
    statistics: false,
  })
  let group = columns.map((): unknown[] => [])
  let rows = 0
  let characters = 0
  const places = new Map(columns.map(([name], i) => [name, i]))
  const finishGroup = async () => {
    if (rows > 0) {
      const columnData = columns.map(([name, { kind }], i) => {
        const data = group[i] as unknown[]
        // The library hashes a thousand texts to find that they have no copies.
        const isPlain = kind === 'text' && isVaried(data)
        return { name, data: data as never, ...(isPlain ? { encoding: 'PLAIN' as const } : {}) }
      })
      await writer.write({ columnData, rowGroupSize: rows })
    }
    group = columns.map((): unknown[] => [])
    rows = 0
    characters = 0
    return taken(out)
  }
  for await (const batch of batches) {
    for (const item of batch) {
      const literals = literalsOf(item)
      for (const { key, value, pointer } of exportEntries(item)) {
        const at = places.get(key) as number
        const cells = group[at] as unknown[]
        // Rows before that lack the column.
        while (cells.length < rows) cells.push(null)
        cells.push(cellOf(value, (columns[at] as [string, ColumnType])[1], literals, pointer))
        if (typeof value === 'string') characters += value.length
      }
      rows++
      if (rows < GROUP_ROWS && characters < GROUP_CHARACTERS) continue
      fillUp(group, rows)
      yield await finishGroup()
    }
  }
  fillUp(group, rows)
  yield await finishGroup()
  await writer.finish()
  yield taken(out)
}

/** Whether a dictionary of these values would be about as long as they are, by some of them. */
function isVaried(values: readonly unknown[]): boolean {
  const some = Array.from(
    { length: Math.min(SAMPLE, values.length) },
    (_, k) => values[Math.floor((k * values.length) / SAMPLE)],
  )
  return new Set(some).size > 0.9 * some.length
}

function fillUp(group: unknown[][], rows: number): void {
  for (const cells of group) while (cells.length < rows) cells.push(null)
}

/** Returns the bytes written so far; the buffer is used again. */
function taken(out: ByteWriter): Uint8Array {
  const bytes = out.getBytes().slice()
  out.index = 0
  return bytes
}
