import { openRows } from './containers/open-rows'
import { sourceName, stampOf } from './containers/source'
import { detectFormat, HEAD_ROWS } from './detect'
import type { ChosenReading } from './detect'
import { contextOf, FormatError } from './format-error'
import { formatOf } from './index'
import { kindOf } from './shared/build-row'
import { shapeOf } from './shape'
import { emptyMapping, RowProblem } from './types'
import type {
  ColumnMapping,
  ContainerSpec,
  Detection,
  FileStamp,
  FormatDefinition,
  FormatId,
  JsonObject,
  RawRow,
  ReadOptions,
  ReadRow,
  ReadRowsOptions,
  Source,
} from './types'

// Two hundred rows of usual length are 1 MB; of the longest ones fewer say enough.
const HEAD_BYTES = 32 << 20
// As many rows as the preview shows.
const PREVIEW_ROWS = 20

/** What a file is, before it is imported. */
export interface Inspection {
  detection: Detection
  /** null when the file could not be opened as text. */
  container: ContainerSpec | null
  /** First 20 rows as they would be stored; broken ones with their error. */
  preview: ReadRow[]
  /** Set when the file breaks within its head: nothing can be imported before that is put right. */
  error: FormatError | null
  /** Equal for files with the same keys and kinds of values; null where there is none. */
  shape: string | null
  /** Pass it to readRows as `expect`; null for sources without a file. */
  stamp: FileStamp | null
}

/** What readRows needs to know of a detection, or what the user chose instead. */
export interface RowPlan {
  formatId: FormatId
  mapping: ColumnMapping
}

/**
 * Returns what the first 200 rows of a source show, read as the user chose where something was chosen. Errors in the file are reported in
 * `error`, not thrown.
 */
export async function inspectSource(
  source: Source,
  options: ReadOptions = {},
  chosen: ChosenReading = {},
): Promise<Inspection> {
  const rows: RawRow[] = []
  let container: ContainerSpec | null = null
  let error: FormatError | null = null
  let stamp: FileStamp | null = null
  try {
    stamp = await stampOf(source)
    const opened = await openRows(source, { ...options, batchRows: HEAD_ROWS })
    container = opened.container
    for await (const batch of opened.batches) {
      rows.push(...batch)
      const position = batch.at(-1)?.byteOffset ?? 0
      if (rows.length >= HEAD_ROWS || position > HEAD_BYTES) break
    }
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    error = cause
  }
  rows.length = Math.min(rows.length, HEAD_ROWS)
  // Where no row can be read, what is wrong with the first says more than that no text was found.
  if (rows.every((row) => row.error)) error ??= rows[0]?.error ?? null
  const detection = error
    ? brokenFile(error)
    : detectFormat(rows, sourceName(source), container?.kind ?? 'json-array', chosen)
  const { formatId, mapping } = detection
  const file = sourceName(source)
  const preview = formatId
    ? rows.slice(0, PREVIEW_ROWS).map((raw) => canonical(raw, formatOf(formatId), mapping, file))
    : []
  return { detection, container, preview, error, shape: error ? null : shapeOf(rows), stamp }
}

/**
 * Yields batches of canonical rows read under a plan. A row that does not fit throws its FormatError; with `skipBadRows` it is yielded
 * with `ok: false` and keeps its index. Errors of the whole file always throw.
 */
export async function* readRows(
  source: Source,
  plan: RowPlan,
  options: ReadRowsOptions = {},
): AsyncGenerator<ReadRow[]> {
  const format = formatOf(plan.formatId)
  const file = sourceName(source)
  const opened = await openRows(source, options)
  try {
    for await (const batch of opened.batches) {
      const rows: ReadRow[] = []
      for (const raw of batch) {
        const row = canonical(raw, format, plan.mapping, file)
        if (!row.ok && !options.skipBadRows) throw row.error
        rows.push(row)
      }
      yield rows
    }
  } finally {
    await opened.close()
  }
}

function canonical(
  raw: RawRow,
  format: FormatDefinition,
  mapping: ColumnMapping,
  file: string,
): ReadRow {
  const index = raw.rowNumber - 1
  const { byteOffset } = raw
  if (raw.error) return { ok: false, index, byteOffset, error: raw.error }
  const value = raw.value as JsonObject
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const row = isObject
    ? format.toCanonical(
        { index, value, keys: raw.keys, literals: raw.literals, flags: raw.flags },
        mapping,
      )
    : new RowProblem(`The row is ${kindOf(raw.value)}.`, 'an object with keys')
  if (!(row instanceof RowProblem)) return { ok: true, row, byteOffset }
  const error = new FormatError({
    file,
    row: raw.rowNumber,
    line: raw.line,
    byteOffset,
    reason: isObject ? 'wrong_type' : 'not_object',
    problem: `The row does not fit ${format.label}: ${row.reason}`,
    expected: row.expected,
    context: contextOf(JSON.stringify(raw.value)),
  })
  return { ok: false, index, byteOffset, error }
}

function brokenFile(error: FormatError): Detection {
  const severity = error.reason === 'wrapped_array' ? 'ask' : 'refuse'
  return {
    formatId: null,
    label: error.reason,
    confidence: 0,
    mapping: emptyMapping(),
    importedValues: [],
    keys: [],
    reasons: [],
    issues: [{ severity, code: error.reason, message: error.message }],
  }
}
