import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import type { Opening } from '@/lib/contracts/opening'
import type { ImportedColumn } from '@/lib/contracts/imported-values'
import type { ImportQuestion } from '@/lib/contracts/import-questions'
import type { ImportPreview } from '@/lib/contracts/study'
import { WHICH_PART, type ValuesFormatId, type ValuesPart } from '@/lib/contracts/values-file'
import { openingOptions } from '@/lib/formats/containers/open-rows'
import { FormatError } from '@/lib/formats/format-error'
import { inspectSource, readRows, type Inspection } from '@/lib/formats/read'
import { importedValueSpecs } from '@/lib/formats/shared/imported-values'
import { readValues } from '@/lib/formats/values'
import {
  emptyMapping,
  FORMAT_IDS,
  type ColumnMapping,
  type FormatId,
  type ReadRow,
} from '@/lib/formats/types'
import { furtherColumns, isKept, type HeadRow } from './further'
import { MAX_SKIPPED } from './rows/batches'
import { questionsOf } from './questions'
import { repairFor } from './repair'

/** Rows of a preview. */
const PREVIEW_ROWS = 20
/** Unpacked bytes that are read before anything is imported: most files to their end. About half a second. */
const CHECK_BYTES = 32 * 1024 * 1024
/** Rows that are read at most; tiny ones cost the most for their size. */
const CHECK_ROWS = 300_000
/** Rows of a larger file that are looked at. */
const HEAD_ROWS = 200
const CHECK_BATCH_ROWS = 200
/** Characters of each text of a preview. */
export const PREVIEW_CHARACTERS = 2_000

/** A file to look at, and what the user decided about it; plain data, so that another process can be asked. */
export interface LookTask {
  path: string
  name: string
  sizeBytes: number
  format: string | null
  mapping: ColumnMapping | null
  opening: Opening
  columns: readonly ImportedColumn[]
}

type PreviewError = NonNullable<ImportPreview['error']>

/** What a file shows of itself. */
export type FileLook = Pick<
  ImportPreview,
  | 'keys'
  | 'further'
  | 'confidence'
  | 'reasons'
  | 'warnings'
  | 'error'
  | 'rowCount'
  | 'rows'
  | 'values'
> & {
  formatId: FormatId | ValuesFormatId | null
  mapping: ColumnMapping
  questions: ImportQuestion[]
  shape: string | null
}

type Failure = FormatError | PreviewError

function wholeFile(message: string): PreviewError {
  return { message, row: null, byteOffset: null, canSkip: false, repair: null }
}

function clamp(text: string | null): string | null {
  return text === null ? null : text.slice(0, PREVIEW_CHARACTERS)
}

function previewRow(read: ReadRow): ImportPreview['rows'] {
  if (!read.ok) return []
  const { index, instruction, input, output, flags } = read.row
  return [
    {
      index,
      instruction: clamp(instruction) ?? '',
      input: clamp(input),
      output: clamp(output),
      flags: [...flags],
    },
  ]
}

interface Read {
  rows: ImportPreview['rows']
  /** What the rows of the head keep beside their texts. */
  head: HeadRow[]
  rowCount: number | null
  error: Failure | null
  canSkip: boolean
  /** Said after the error. */
  more: string
}

/** Reads rows under a plan; returns the first of them and what is broken, if anything is. */
async function readUnder(
  file: LookTask,
  plan: { formatId: FormatId; mapping: ColumnMapping },
): Promise<Read> {
  const rows: ImportPreview['rows'] = []
  const head: HeadRow[] = []
  const limit = file.sizeBytes <= CHECK_BYTES ? CHECK_ROWS : HEAD_ROWS
  let first: FormatError | null = null
  let seen = 0
  let bad = 0
  let isWhole = true
  try {
    const opening = openingOptions(file.opening)
    const options = { ...opening, skipBadRows: true, batchRows: CHECK_BATCH_ROWS }
    for await (const batch of readRows(file, plan, options)) {
      for (const read of batch) {
        seen += 1
        if (seen <= PREVIEW_ROWS) rows.push(...previewRow(read))
        if (seen <= HEAD_ROWS && read.ok) head.push(read.row)
        if (read.ok) continue
        first ??= read.error
        bad += 1
      }
      const position = batch.at(-1)?.byteOffset ?? 0
      isWhole = seen < limit && position <= CHECK_BYTES && bad <= MAX_SKIPPED
      if (!isWhole) break
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { rows, head, rowCount: null, error, canSkip: false, more: '' }
  }
  const isTooBad = bad > MAX_SKIPPED
  const other = isTooBad
    ? ` More than ${MAX_SKIPPED} rows cannot be read, so the file is not what it was taken for.`
    : ` ${bad - 1} more of the ${seen} rows looked at cannot be read.`
  return {
    rows,
    head,
    rowCount: isWhole ? seen - bad : null,
    error: first,
    canSkip: bad < seen && !isTooBad,
    more: bad > 1 ? other : '',
  }
}

function refusal({ error, detection }: Inspection): Failure | null {
  if (error) return error
  if (detection.formatId !== null) return null
  const refused = detection.issues.find(
    (issue) => issue.severity === 'refuse' || issue.severity === 'ask',
  )
  return wholeFile(refused?.message ?? 'The format of this file is not known. Choose one.')
}

/** Returns the first rows as they would be stored under a format and a mapping, and what keeps the file from being imported. */
async function checkedRows(
  file: LookTask,
  inspection: Inspection,
  chosen: { formatId: FormatId | null; mapping: ColumnMapping; isChanged: boolean },
): Promise<Read> {
  const { formatId, mapping, isChanged } = chosen
  const rows = inspection.preview.flatMap(previewRow)
  const refused = refusal(inspection)
  if (inspection.error || formatId === null || (refused && !isChanged)) {
    return { rows, head: [], rowCount: null, error: refused, canSkip: false, more: '' }
  }
  if (mapping.instruction === null && mapping.messages === null) {
    const error = wholeFile('No column is chosen as instruction. Choose one in the mapping.')
    return { rows, head: [], rowCount: null, error, canSkip: false, more: '' }
  }
  return readUnder(file, { formatId, mapping })
}

async function previewError(read: Read, file: LookTask): Promise<PreviewError | null> {
  const { error, canSkip, more } = read
  if (!(error instanceof FormatError)) return error
  const { row, byteOffset } = error
  const repair = await repairFor(error, file, file.opening)
  return { message: `${error.message}${more}`, row, byteOffset, canSkip, repair }
}

function warningsOf(
  inspection: Inspection,
  columns: readonly ImportedColumn[],
  error: PreviewError | null,
): string[] {
  const { detection, container } = inspection
  const warnings = [...(container?.notes ?? [])]
  for (const issue of detection.issues) {
    // A broken row is told once, as the error; what is doubtful, as a question.
    const isTold = error?.message.startsWith(issue.message) ?? false
    const isAsked = issue.severity === 'ask' && detection.formatId !== null
    if (issue.severity !== 'refuse' && !isTold && !isAsked) warnings.push(issue.message)
  }
  const labels = importedValueSpecs(detection.keys, columns).map((spec) => spec.label)
  if (labels.length > 0) {
    warnings.push(
      `The rows carry results of another tool, which become columns marked as imported: ${labels.join(', ')}. How they were computed is not known.`,
    )
  }
  return warnings
}

function wrongColumns(
  file: LookTask,
  keys: readonly string[],
  mapping: ColumnMapping,
  head: readonly HeadRow[],
): PreviewError | null {
  for (const { column } of file.columns) {
    if (isKept(head, column)) continue
    const field = MAPPED_FIELDS.find((one) => mapping[one] === column)
    if (!field && keys.includes(column)) continue
    const shown = JSON.stringify(column.slice(0, 40))
    return wholeFile(
      field
        ? `${file.name}: the column ${shown} is mapped as ${field}. Map it as nothing, or do not choose it.`
        : `${file.name}: no column is called ${shown}. The first rows have: ${keys.join(', ')}.`,
    )
  }
  return null
}

/** Returns what one file seems to be and its first 20 rows as they would be stored; what is broken is told in `error`. */
export async function lookAtFile(file: LookTask): Promise<FileLook> {
  const chosenFormat = FORMAT_IDS.find((id) => id === file.format)
  const chosen = { formatId: chosenFormat, mapping: file.mapping ?? undefined }
  const inspection = await inspectSource(file, openingOptions(file.opening), chosen)
  const { detection } = inspection
  if (detection.values && chosenFormat === undefined) {
    return lookAtValues(file, detection.values, detection.issues[0]?.message ?? '')
  }
  const formatId = chosenFormat ?? detection.formatId
  const mapping = file.mapping ?? detection.mapping
  const isChanged = chosenFormat !== undefined || file.mapping !== null
  const read = await checkedRows(file, inspection, { formatId, mapping, isChanged })
  const error =
    (await previewError(read, file)) ?? wrongColumns(file, detection.keys, mapping, read.head)
  return {
    formatId,
    mapping,
    keys: detection.keys,
    further: furtherColumns(read.head, mapping),
    confidence: detection.confidence,
    reasons: detection.reasons,
    warnings: warningsOf(inspection, file.columns, error),
    // A file that is refused has nothing to ask before.
    questions: formatId === null ? [] : questionsOf(detection.issues),
    error,
    rowCount: read.rowCount,
    rows: read.rows,
    values: null,
    shape: inspection.shape,
  }
}

/** Returns the look of a file that could not be looked at. */
export function failedLook(message: string): FileLook {
  return {
    formatId: null,
    mapping: emptyMapping(),
    keys: [],
    further: [],
    confidence: 0,
    reasons: [],
    warnings: [],
    questions: [],
    error: wholeFile(message),
    rowCount: null,
    rows: [],
    values: null,
    shape: null,
  }
}

/** Which of several results belongs to a place is in no file. */
function partQuestion(parts: readonly ValuesPart[]): ImportQuestion[] {
  if (parts.length < 2) return []
  const listed = parts.map(({ label }, i) => `${i + 1}: ${label}`).join('; ')
  const message = `The file holds ${parts.length} results, one of which belongs to this place. Choose it (${listed}).`
  return [{ code: WHICH_PART, message, suggestion: null }]
}

/** Returns what a file of values without rows holds, read to its end unless it is large. */
async function lookAtValues(
  file: LookTask,
  formatId: ValuesFormatId,
  message: string,
): Promise<FileLook> {
  const found = { ...failedLook(''), formatId, confidence: 1, warnings: [message], error: null }
  if (file.sizeBytes > CHECK_BYTES) return { ...found, values: [] }
  try {
    const parts = await readValues(file, formatId, openingOptions(file.opening))
    const values = parts.map(({ label, count }) => ({ label, count }))
    return { ...found, values, questions: partQuestion(values) }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const { row, byteOffset } = error
    const failure = { message: error.message, row, byteOffset, canSkip: false, repair: null }
    return { ...found, values: [], error: failure }
  }
}
