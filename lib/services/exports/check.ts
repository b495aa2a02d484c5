import type { Db } from '@/db/client'
import type { ExportCheck, ExportFinding, ExportRequest } from '@/lib/contracts/export'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import { exportEntries } from '@/lib/formats/writers/export-row'
import { wholeFile, type WriterJob } from '@/lib/formats/writers/types'
import { columnReader, listColumns } from '../columns'
import { parseColumnId } from '../columns/describe'
import { columnName } from '../compare/columns'
import { yieldToEventLoop } from '../compare/slots'
import { jobOf, nothingToWrite, planExport, type ExportPlan } from './plan'
import { pairFindings } from './pairs/reasons'

/** Rows written to learn the size; spread over all rows, so that a round with long texts counts in proportion. */
const SIZE_SAMPLE = 300

/** Places of some rows, spread over all. */
function sampled({ count }: ExportPlan): Int32Array {
  const n = Math.min(count, SIZE_SAMPLE)
  return Int32Array.from({ length: n }, (_, i) => Math.floor((i * count) / n))
}

/** Returns the columns that rows have, and a warning where chosen ones were not found. */
async function columnsIn(
  plan: ExportPlan,
): Promise<{ columns: string[]; absent: ExportFinding[] }> {
  const found = new Set<string>()
  const places = sampled(plan)
  for await (const batch of plan.open(places))
    for (const item of batch)
      for (const { key } of exportEntries({ ...item, only: null })) found.add(key)
  const only = plan.request.only ?? []
  const absent = only.filter((name) => !found.has(name) && !plan.content.columns.includes(name))
  if (absent.length === 0) return { columns: [...found], absent: [] }
  const looked =
    places.length < plan.count ? `none of the ${places.length} rows looked at` : 'no row'
  const message = `Chosen columns that ${looked} has.`
  const finding = { rule: 'only_absent', message, rows: 0, examples: absent.slice(0, 3), at: [] }
  return { columns: [...found], absent: [finding] }
}

/** Returns how large the file will be, by writing some of the rows. */
export async function estimateBytes(plan: ExportPlan, job: WriterJob<unknown>): Promise<number> {
  const total = plan.count
  const places = sampled(plan)
  const n = places.length
  if (n === 0) return 0
  let bytes = 0
  const open = () => plan.open(places)
  const openKinds = () => plan.open(places, true)
  const prepared = await plan.writer.prepare({ ...job, open, openKinds, rows: n })
  for await (const piece of prepared.write()) bytes += Buffer.byteLength(piece)
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

/**
 * Returns what an export would hold: rows, size, what its format cannot hold; for a training bundle every row passed
 * through a port of the trainer's own conversion. Nothing is written.
 */
export async function checkExport(
  db: Db,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportCheck> {
  const plan = await planExport(db, request, signal)
  const rows = plan.count
  const unpaired = pairFindings(plan.leftOut ?? {})
  if (rows === 0) {
    const blocking = [wholeFile('no_rows', nothingToWrite(plan))]
    const nothing = { remedies: [], warnings: unpaired, droppedByReason: {}, columns: [] }
    return { rows, rowsKept: 0, bytesEstimate: 0, blocking, ...nothing }
  }
  const job = jobOf(db, plan)
  const { rowsKept, blocking, remedies, warnings, droppedByReason, bytesEstimate } =
    await plan.writer.prepare(job)
  const { columns, absent } = await columnsIn(plan)
  return {
    rows,
    rowsKept,
    columns,
    bytesEstimate: bytesEstimate ?? (blocking.length > 0 ? 0 : await estimateBytes(plan, job)),
    blocking,
    remedies,
    warnings: [
      ...unpaired,
      ...absent,
      ...warnings,
      ...(plan.leftOut ? [] : await missingValues(db, plan)),
    ],
    droppedByReason,
  }
}
