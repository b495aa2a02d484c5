import type { Db } from '@/db/client'
import type { ExportCheck, ExportFinding, ExportRequest } from '@/lib/contracts/export'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import { checkBundle } from '@/lib/formats/llama-factory/check'
import { columnReader, listColumns } from '../columns'
import { parseColumnId } from '../columns/describe'
import { columnName } from '../compare/columns'
import { yieldToEventLoop } from '../compare/slots'
import { bundleOptions, planExport, type ExportPlan } from './plan'
import { exportRows } from './rows'
import { writeText } from './write'

/** Rows written to learn the size; spread over all rows, so that a round with long texts counts in proportion. */
const SIZE_SAMPLE = 300

async function estimateBytes(db: Db, plan: ExportPlan): Promise<number> {
  const { idx, part, selection } = plan.ordered
  const total = idx.length
  const n = Math.min(total, SIZE_SAMPLE)
  if (n === 0) return 0
  const places = Int32Array.from({ length: n }, (_, i) => Math.floor((i * total) / n))
  const sample = {
    selection,
    part: Uint16Array.from(places, (at) => part[at] as number),
    idx: Int32Array.from(places, (at) => idx[at] as number),
  }
  let bytes = 0
  const open = () => exportRows(db, plan.study.id, sample, plan.content)
  for await (const text of writeText(plan.request, open)) bytes += Buffer.byteLength(text)
  return Math.round((bytes * total) / n)
}

/** Returns which written columns will hold null instead of a number in some rows, with counts and reasons. */
async function missingValues(db: Db, plan: ExportPlan): Promise<ExportFinding[]> {
  const reader = columnReader(db, plan.study.id)
  const names = new Map(
    listColumns(db, plan.study.id, { all: true }).map((column) => [column.id, columnName(column)]),
  )
  const total = plan.ordered.idx.length
  const examples: string[] = []
  let most = 0
  for (const id of plan.content.columns) {
    const reasons = new Map<string, number>()
    let rows = 0
    for (const { cell, rows: kept } of plan.ordered.selection.cells) {
      const { status } = reader.read(id, cell)
      for (const row of kept) {
        const code = status[row] ?? 0
        if (carriesValue(code)) continue
        const { name } = statusOf(code)
        reasons.set(name, (reasons.get(name) ?? 0) + 1)
        rows += 1
      }
    }
    await yieldToEventLoop()
    if (rows === 0) continue
    most = Math.max(most, rows)
    const { metric, key } = parseColumnId(id)
    const why = [...reasons]
      .map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`)
      .join(', ')
    examples.push(`${names.get(`${metric}.${key}`) ?? id}: ${rows} of ${total} (${why})`)
  }
  if (examples.length === 0) return []
  const message = 'Some rows have no value; they hold null, and the reason beside it.'
  return [{ rule: 'missing_values', message, rows: most, examples, at: [] }]
}

function formatNotes(request: ExportRequest): ExportFinding[] {
  if (request.format !== 'csv') return []
  const notes = [
    {
      rule: 'csv_null',
      message:
        'CSV cannot tell null from an empty text; both become an empty cell. JSON and JSONL can.',
    },
    {
      rule: 'csv_training',
      message:
        'Do not train on CSV: loaders turn cells such as "NA" or an all-digit column into other types.',
    },
    ...(request.spreadsheetSafe
      ? [
          {
            rule: 'csv_prefix',
            message:
              'Cells and column names that start with = + - @, a tab or a line break get an apostrophe, which changes them.',
          },
        ]
      : []),
  ]
  return notes.map((note) => ({ ...note, rows: 0, examples: [], at: [] }))
}

async function checkPlain(db: Db, plan: ExportPlan): Promise<ExportCheck> {
  const rows = plan.ordered.idx.length
  const empty = {
    rule: 'no_rows',
    message: 'The filter leaves no row.',
    rows: 0,
    examples: [],
    at: [],
  }
  return {
    rows,
    rowsKept: rows,
    bytesEstimate: await estimateBytes(db, plan),
    blocking: rows === 0 ? [empty] : [],
    warnings: [...formatNotes(plan.request), ...(await missingValues(db, plan))],
    droppedByReason: {},
  }
}

/**
 * Returns what an export would hold: rows, size, and for a training bundle every row passed through a port of the
 * trainer's own conversion (formats.md 5.5). Nothing is written.
 */
export async function checkExport(
  db: Db,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportCheck> {
  const plan = await planExport(db, request, signal)
  if (request.format !== 'llama-factory') return checkPlain(db, plan)
  const check = await checkBundle(plan.open(), bundleOptions(db, plan))
  return {
    rows: check.rowsIn,
    rowsKept: check.rowsKept,
    bytesEstimate: check.bytesEstimate,
    blocking: check.errors,
    warnings: [...check.warnings, ...(await missingValues(db, plan))],
    droppedByReason: check.droppedByReason,
  }
}
