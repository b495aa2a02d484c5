import type { Db } from '@/db/client'
import type { ExportRequest } from '@/lib/contracts/export'
import type { StudySummary } from '@/lib/contracts/study'
import type { JsonObject } from '@/lib/formats/types'
import { writerOf } from '@/lib/formats/writers'
import type { ExportRow } from '@/lib/formats/writers/export-row'
import type { LengthCounter, Writer, WriterJob } from '@/lib/formats/writers/types'
import { AppError } from '@/lib/errors'
import { inArray } from 'drizzle-orm'
import { cells } from '@/db/schema'
import { columnReader, listColumns } from '../columns'
import { yieldToEventLoop } from '../compare/slots'
import { decidingColumns } from './recipe'
import { choosePairs, type ChosenPair } from './pairs/choose'
import type { LeftOut } from './pairs/reasons'
import { pairRows, readablePairs } from './pairs/rows'
import { exportRows, type RowContent } from './rows'
import { keptCounter } from './token-counts'
import { orderRows, warmList, type OrderedRows } from '../rows'
import { warmSelection } from '../rows/select'
import { checkSet } from '../responses'
import { getStudy } from '../studies'

/** Everything an export needs to know before the first row is read. */
export interface ExportPlan {
  request: ExportRequest
  writer: Writer
  /** The format's options, settled. */
  options: Record<string, unknown>
  study: StudySummary
  ordered: OrderedRows
  content: RowContent
  /** Rows, or pairs of them, that are written. */
  count: number
  /** Why seeds have no pair; null where rows are written. */
  leftOut: LeftOut | null
  /** Tells lengths where a tokenizer was chosen. */
  counter: LengthCounter | null
  /** Opens the rows anew, or those at given places among them; writers read them more than once. Bare ones have empty texts. */
  open(places?: Int32Array | null, isBare?: boolean): AsyncGenerator<ExportRow[]>
}

function writtenColumns(db: Db, request: ExportRequest, { hasSidecar }: Writer): string[] {
  const { columns } = request.state
  const reader = columnReader(db, request.studyId)
  for (const id of columns) reader.sourceOf(id)
  if (hasSidecar) {
    // The sidecar is where values stay with the training rows, so it holds every column that a run filled.
    const filled = listColumns(db, request.studyId).filter((column) => !column.hidden)
    const all = [...new Set([...columns, ...filled.map((column) => column.id)])]
    return request.only?.length ? all.filter((id) => request.only?.includes(id)) : all
  }
  if (!request.metrics) return []
  if (columns.length > 0) return [...new Set(columns)]
  const filled = listColumns(db, request.studyId)
  return filled.filter((column) => column.isDefault && !column.hidden).map((column) => column.id)
}

/** Options of other formats may stand beside those of this one: a page keeps them while formats are tried. */
function settledOptions(writer: Writer, given: ExportRequest['options']): Record<string, unknown> {
  const parsed = writer.options.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.path.join('.') ?? ''
  throw new AppError('invalid_input', `Option ${name} of ${writer.label}: ${issue?.message ?? ''}`)
}

/** Returns the plan of an export: the rows that the filter shows, in their order. Throws `not_found` for unknown columns. */
export async function planExport(
  db: Db,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportPlan> {
  const study = getStudy(db, request.studyId)
  const { filter, sort } = request.state
  const writer = writerOf(request.format)
  const { pairs } = request
  // Pairs are what one stage of training takes, so nobody has to name it.
  const given = pairs ? { ...request.options, stage: 'dpo' } : request.options
  const options = settledOptions(writer, given)
  const columns = writtenColumns(db, request, writer)
  await warmSelection(db, study.id, filter, [...columns, ...decidingColumns(request)], signal)
  await warmList(db, study.id, { filter, sort }, signal)
  await yieldToEventLoop()
  const ordered = orderRows(db, study.id, filter, sort)
  await yieldToEventLoop()
  const asked = writer.hasRowIds && !pairs ? 'full' : 'short'
  const lineage = request.lineage ? asked : 'none'
  const content: RowContent = {
    studyName: study.name,
    columns,
    lineage: writer.hasSidecar ? 'full' : lineage,
    decisions: request.decisions ?? false,
    ...(request.responses === undefined ? {} : { responses: request.responses }),
  }
  if (request.responses !== undefined) checkSet(db, study.id, request.responses)
  const counter = keptCounter(db, study.id, options)
  const shared = { request, writer, options, study, ordered, content, counter }
  // The rows of a bundle are what a trainer takes, and its sidecar leaves out columns that were not chosen.
  const only = request.only?.length && !writer.hasSidecar ? new Set(request.only) : null
  const chosenOf = async function* (batches: AsyncGenerator<ExportRow[]>) {
    for await (const batch of batches) yield batch.map((item): ExportRow => ({ ...item, only }))
  }
  const opened = (batches: AsyncGenerator<ExportRow[]>) => (only ? chosenOf(batches) : batches)
  if (pairs) {
    const reading = { of: pairs.of, content, signal }
    const chosen = choosePairs(db, study.id, ordered, pairs)
    const made = await readablePairs(db, study.id, chosen, reading)
    const at = (places: Int32Array) => [...places].map((place) => made.pairs[place] as ChosenPair)
    return {
      ...shared,
      count: made.pairs.length,
      leftOut: made.leftOut,
      open: (places) =>
        opened(pairRows(db, study.id, places ? { ...made, pairs: at(places) } : made, reading)),
    }
  }
  const { selection, part, idx } = ordered
  const at = (places: Int32Array) => ({
    selection,
    part: Uint16Array.from(places, (place) => part[place] as number),
    idx: Int32Array.from(places, (place) => idx[place] as number),
  })
  return {
    ...shared,
    count: idx.length,
    leftOut: null,
    open: (places, isBare = false) =>
      opened(
        exportRows(db, study.id, places ? at(places) : ordered, { ...content, isBare }, signal),
      ),
  }
}

/** Returns why a plan without rows has none. */
export function nothingToWrite({ leftOut }: ExportPlan): string {
  return leftOut
    ? 'No two rows of the filter make a pair. The reasons are counted beside this; widen the filter or choose what decides.'
    : 'The filter leaves no row to export. Widen it.'
}

/** Returns what the writer is to do with the rows of a plan. */
export function jobOf(db: Db, plan: ExportPlan, recipe: JsonObject = {}): WriterJob<unknown> {
  const { request, options, ordered, count, open, counter } = plan
  const used = ordered.selection.cells.filter((part) => part.rows.length > 0)
  const numbers = used.map((part) => part.cell.no)
  const isChat = db
    .select({ source: cells.source })
    .from(cells)
    .where(inArray(cells.no, numbers))
    .all()
    .some(({ source }) => source.mapping !== null && source.mapping.messages !== null)
  const rest = (after: number) => Int32Array.from({ length: count - after }, (_, k) => after + k)
  return {
    name: request.name,
    options,
    rows: count,
    open: (after = 0) => open(after === 0 ? null : rest(after)),
    openKinds: () => open(null, true),
    isChat,
    recipe,
    counter,
  }
}
