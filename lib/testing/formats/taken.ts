import { inspectSource } from '@/lib/formats/read'
import type { ColumnMapping, DetectionIssue } from '@/lib/formats/types'
import { bytesSource } from './made'

/** Returns what JSONL of these rows is taken for, or is read as under a chosen format or mapping. */
export const inspectRows = (rows: readonly unknown[], chosen = {}) =>
  inspectSource(
    bytesSource('x.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')),
    {},
    chosen,
  )

/** Returns what rows are taken for: the mapping without its empty fields, what is asked, and all issues. */
export async function taken(rows: readonly unknown[]) {
  const { detection, preview } = await inspectRows(rows)
  const { mapping, issues, confidence, formatId } = detection
  const filled = Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== null))
  const asked = issues.filter((issue) => issue.severity === 'ask')
  return { formatId, confidence, mapping: filled, asked, issues, preview }
}

/** Returns instruction, input and response of each row, or its error, under changes of the detected mapping. */
export async function texts(rows: readonly unknown[], mapping?: Partial<ColumnMapping>) {
  const { detection } = await inspectRows(rows)
  const chosen = mapping ? { mapping: { ...detection.mapping, ...mapping } } : {}
  const { preview } = await inspectRows(rows, chosen)
  return preview.map((read) =>
    read.ok ? [read.row.instruction, read.row.input, read.row.output] : read.error.message,
  )
}

/** Returns the mapping that the first question suggests. */
export const suggested = ([issue]: readonly DetectionIssue[]) => issue?.suggestion?.mapping
