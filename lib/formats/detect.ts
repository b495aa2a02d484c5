import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import { checkMapping } from './check-mapping'
import { guessFromFileName } from './file-name'
import { FORMATS, formatOf, RECOGNISERS } from './index'
import { VALUES_FILES } from './values'
import { leftoverTexts } from './leftover'
import { CHAT_KEYS, chatColumn, isTextList, speakerKey } from './shared/chat-format'
import { isObject } from './shared/column-path'
import { importedValueSpecs } from './shared/imported-values'
import type {
  ColumnMapping,
  ContainerKind,
  Detection,
  DetectionIssue,
  FormatDefinition,
  FormatId,
  HeadInfo,
  JsonObject,
  JsonValue,
  RawRow,
} from './types'
import { emptyMapping } from './types'

/** Rows that the decision is made on. */
export const HEAD_ROWS = 200
// One stray row is an error row; a tenth of the file is a second format.
const MIXED_SHARE = 0.1
/** Remarks under which a format may be right and its answers are not what they seem. */
const DOUBTS = new Set(['preference', 'preference_chats', 'rejected_response', 'other_response'])

/** What the user chose instead of what is detected. */
export interface ChosenReading {
  formatId?: FormatId | undefined
  /** A mapping that is given answers the questions: they are told as warnings. */
  mapping?: ColumnMapping | undefined
}

/** Returns the format, the suggested mapping and the reasons, from the first rows; a refused file has formatId null and says why. */
export function detectFormat(
  rows: readonly RawRow[],
  fileName: string,
  container: ContainerKind,
  chosen: ChosenReading = {},
): Detection {
  const head = headInfo(rows, fileName, container)
  const broken = rows.find((row) => row.error)
  const issues: DetectionIssue[] = broken?.error
    ? [{ severity: 'warn', code: broken.error.reason, message: broken.error.message }]
    : []
  const recogniser = RECOGNISERS.find((known) => known.matches(head))
  if (recogniser) return refused(head, recogniser.id, recogniser.message)
  const values = VALUES_FILES.find((known) => known.matches(head))
  if (values) return { ...refused(head, values.id, values.message), values: values.id }
  const wrong = wrongShape(head)
  if (wrong) return refused(head, wrong.code, wrong.message)
  const counts = countFormats(head.objects)
  const ranked = [...counts.entries()].toSorted((a, b) => b[1] - a[1])
  const [best] = ranked
  if (!best)
    return refused(head, 'no_text', 'No row has a text column. Choose a file with instructions.')
  const other = ranked.find(([format]) => format.id !== 'generic' && !isKin(format, best[0]))
  if (other && other[1] >= MIXED_SHARE * rows.length) {
    const [format, count] = other
    const message = `The file mixes ${best[0].label} (${best[1]} of the first ${rows.length} rows) and ${format.label} (${count}). Split it into one file per format.`
    return refused(head, 'mixed_formats', message)
  }
  const columns = chatColumns(head.objects)
  if (best[0].family === 'chat' && columns.length > 1) {
    const named = columns.map((key) => JSON.stringify(key.slice(0, 40))).join(' and ')
    const message = `The rows keep their chats in different columns, ${named}. Write all chats into one column.`
    return refused(head, 'mixed_columns', message)
  }
  const kin = ranked.filter(([format]) => isKin(format, best[0]))
  const count = kin.reduce((sum, entry) => sum + entry[1], 0)
  const format = chosen.formatId ? formatOf(chosen.formatId) : best[0]
  return decided(head, rows, { format, count, mapping: chosen.mapping ?? null }, issues)
}

/** One reader takes all spellings of chats. */
function isKin(a: FormatDefinition, b: FormatDefinition): boolean {
  return a.id === b.id || (a.family === 'chat' && b.family === 'chat')
}

/** Returns the columns that hold chats of objects, each in at least a tenth of the rows. */
function chatColumns(objects: readonly JsonObject[]): string[] {
  const counts = new Map<string, number>()
  for (const row of objects) {
    const column = chatColumn(row)
    if (column !== null) counts.set(column, (counts.get(column) ?? 0) + 1)
  }
  return [...counts].filter(([, n]) => n >= MIXED_SHARE * objects.length).map(([key]) => key)
}

function decided(
  head: HeadInfo,
  rows: readonly RawRow[],
  reading: { format: FormatDefinition; count: number; mapping: ColumnMapping | null },
  issues: DetectionIssue[],
): Detection {
  const { format, count } = reading
  const total = rows.length
  const mapping = reading.mapping ?? format.mapping(head)
  const importedValues = importedValueSpecs(head.keys)
  const reasons = [`${count} of the first ${total} rows have the keys of ${format.label}.`]
  if (importedValues.length > 0) {
    const names = importedValues.map((spec) => spec.key).join(', ')
    reasons.push(`The rows carry results of another tool: ${names}.`)
  }
  for (const issue of checkMapping(rows, head, format, mapping)) {
    const isAnswered = reading.mapping !== null && issue.code !== 'no_instruction'
    issues.push(isAnswered ? { ...issue, severity: 'warn' } : issue)
  }
  issues.push(...suspiciousLength(head.fileName, total))
  const isSure = !issues.some((issue) => issue.severity === 'ask')
  const isSuggestion = format.id === 'generic' || issues.some(({ code }) => DOUBTS.has(code))
  return {
    formatId: format.id,
    label: format.label,
    // A mapped table is a suggestion: the user should look at it.
    confidence: (count / total) * (isSuggestion ? 0.5 : 1) * (isSure ? 1 : 0),
    mapping,
    importedValues,
    keys: [...new Set([...head.keys, ...places(head, mapping)])],
    reasons,
    issues,
  }
}

/** Places of texts inside columns that the mapping uses or could use. */
function places(head: HeadInfo, mapping: ColumnMapping): string[] {
  const used = MAPPED_FIELDS.flatMap((field) => mapping[field] ?? [])
  return [...used, ...leftoverTexts(head, mapping).map(({ column }) => column)].filter((column) =>
    /[.[]/.test(column),
  )
}

/** Lengths that scripts of the paper leave behind when something went wrong. */
function suspiciousLength(fileName: string, total: number): DetectionIssue[] {
  const { round, variant } = guessFromFileName(fileName)
  const warn = (code: string, message: string): DetectionIssue[] => [
    { severity: 'warn', code, message },
  ]
  if (variant?.startsWith('sorted') && total === 1) {
    return warn(
      'one_row',
      'The sorted file has one row only: a known defect of the sorting script.',
    )
  }
  if (round !== null && round > 0 && total === 10) {
    return warn(
      'ten_rows',
      'The file has exactly 10 rows, which hints at a debug run that replaced it.',
    )
  }
  return []
}

function countFormats(objects: readonly JsonObject[]): Map<FormatDefinition, number> {
  const counts = new Map<FormatDefinition, number>()
  for (const value of objects) {
    const format = FORMATS.find((candidate) => candidate.fits(value))
    if (format) counts.set(format, (counts.get(format) ?? 0) + 1)
  }
  return counts
}

function headInfo(rows: readonly RawRow[], fileName: string, container: ContainerKind): HeadInfo {
  const values = rows.filter((row) => !row.error).map((row) => row.value)
  // Summary files are arrays written back to back: look inside.
  const flat = container === 'concatenated' ? values.flat(1) : values
  const objects = flat.filter(isObject)
  const keys = new Set<string>()
  for (const row of rows) for (const key of row.keys) keys.add(key)
  return { fileName, container, values: flat, objects, keys: [...keys] }
}

function wrongShape(head: HeadInfo): { code: string; message: string } | null {
  if (head.container === 'concatenated') {
    return {
      code: 'concatenated',
      message:
        'The file holds several JSON values one after another. Write one array, or one object per line (JSONL).',
    }
  }
  if (head.values.length > 0 && head.objects.length === 0) {
    const isArrays = head.values.every(Array.isArray)
    const kind = isArrays ? 'arrays' : 'single values'
    const hint = isArrays ? ' Name the columns first, with pandas: to_json(orient="records").' : ''
    return { code: 'not_objects', message: `The rows are ${kind}, not objects with keys.${hint}` }
  }
  const [only] = head.objects
  if (!only || head.objects.length > 1) return null
  const columns = Object.entries(only)
  const isColumn = ([, cells]: [string, JsonValue]) => Array.isArray(cells) && !cells.some(isObject)
  if (columns.length > 0 && columns.every(isColumn) && !isChat(columns[0])) {
    const message =
      'The file is one object of columns. Write one object per row, with pandas: to_json(orient="records").'
    return { code: 'column_wise', message }
  }
  const [key, cells] = columns[0] ?? ['', null]
  if (columns.length === 1 && !isChat(columns[0]) && Array.isArray(cells) && cells.some(isObject)) {
    const name = JSON.stringify(key.slice(0, 40))
    return {
      code: 'wrapped_array',
      message: `The rows lie in the property ${name} of one object. Confirm that this array holds the rows, or write the array alone.`,
    }
  }
  return null
}

/** True for a column of one object that is a chat rather than many rows. */
function isChat(column: [string, JsonValue] | undefined): boolean {
  if (!column) return false
  const [key, list] = column
  return (
    speakerKey(list) !== null || (CHAT_KEYS.includes(key) && (isTextList(list) || isEmpty(list)))
  )
}

function isEmpty(list: JsonValue): boolean {
  return Array.isArray(list) && list.length === 0
}

function refused(head: HeadInfo, code: string, message: string): Detection {
  const severity = code === 'wrapped_array' ? 'ask' : 'refuse'
  return {
    formatId: null,
    label: code,
    confidence: 0,
    mapping: emptyMapping(),
    importedValues: [],
    keys: [...head.keys],
    reasons: [],
    issues: [{ severity, code, message }],
  }
}
