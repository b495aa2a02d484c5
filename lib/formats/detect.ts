import { guessFromFileName } from './file-name'
import { importedValueSpecs } from './shared/imported-values'
import { FORMATS, RECOGNISERS } from './index'
import type {
  ContainerKind,
  Detection,
  DetectionIssue,
  FormatDefinition,
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
const CHAT_KEYS = new Set(['conversations', 'messages', 'conversation'])

/** Returns the format, the suggested mapping and the reasons, from the first rows; a refused file has formatId null and says why. */
export function detectFormat(
  rows: readonly RawRow[],
  fileName: string,
  container: ContainerKind,
): Detection {
  const head = headInfo(rows, fileName, container)
  const broken = rows.find((row) => row.error)
  const issues: DetectionIssue[] = broken?.error
    ? [{ severity: 'warn', code: broken.error.reason, message: broken.error.message }]
    : []
  const recogniser = RECOGNISERS.find((known) => known.matches(head))
  if (recogniser) return refused(head, recogniser.id, recogniser.message)
  const wrong = wrongShape(head)
  if (wrong) return refused(head, wrong.code, wrong.message)
  const counts = countFormats(head.objects)
  const ranked = [...counts.entries()].toSorted((a, b) => b[1] - a[1])
  const [best, second] = ranked
  if (!best)
    return refused(head, 'no_text', 'No row has a text column. Choose a file with instructions.')
  if (second && second[0].id !== 'generic' && second[1] >= MIXED_SHARE * rows.length) {
    const message = `The file mixes ${best[0].label} (${best[1]} of the first ${rows.length} rows) and ${second[0].label} (${second[1]}). Split it into one file per format.`
    return refused(head, 'mixed_formats', message)
  }
  return decided(head, best[0], best[1], rows.length, issues)
}

function decided(
  head: HeadInfo,
  format: FormatDefinition,
  count: number,
  total: number,
  issues: DetectionIssue[],
): Detection {
  const mapping = format.mapping(head)
  const importedValues = importedValueSpecs(head.keys)
  const reasons = [`${count} of the first ${total} rows have the keys of ${format.label}.`]
  if (importedValues.length > 0) {
    const names = importedValues.map((spec) => spec.key).join(', ')
    reasons.push(`The rows carry results of another tool: ${names}.`)
  }
  if (mapping.instruction === null && mapping.messages === null) {
    issues.push({
      severity: 'ask',
      code: 'no_instruction',
      message: 'No column looks like the instruction. Choose one.',
    })
  }
  issues.push(...suspiciousLength(head.fileName, total))
  const isSure = !issues.some((issue) => issue.severity === 'ask')
  return {
    formatId: format.id,
    label: format.label,
    // A mapped table is a suggestion: the user should look at it.
    confidence: (count / total) * (format.id === 'generic' ? 0.5 : 1) * (isSure ? 1 : 0),
    mapping,
    importedValues,
    keys: [...head.keys],
    reasons,
    issues,
  }
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

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
  if (columns.length > 0 && columns.every(isColumn) && !CHAT_KEYS.has(columns[0]?.[0] ?? '')) {
    const message =
      'The file is one object of columns. Write one object per row, with pandas: to_json(orient="records").'
    return { code: 'column_wise', message }
  }
  const [key, cells] = columns[0] ?? ['', null]
  if (columns.length === 1 && !CHAT_KEYS.has(key) && Array.isArray(cells) && cells.some(isObject)) {
    const name = JSON.stringify(key.slice(0, 40))
    return {
      code: 'wrapped_array',
      message: `The rows lie in the property ${name} of one object. Confirm that this array holds the rows, or write the array alone.`,
    }
  }
  return null
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
