import type { Db } from '@/db/client'
import type { ExportRequest } from '@/lib/contracts/export'
import type { StudySummary } from '@/lib/contracts/study'
import type { BundleOptions } from '@/lib/formats/llama-factory/bundle-options'
import { inArray } from 'drizzle-orm'
import { cells } from '@/db/schema'
import { listColumns } from '../columns'
import { requireSource } from '../columns/describe'
import { studyRuns } from '../columns/runs'
import { yieldToEventLoop } from '../compare/slots'
import { decidingColumns } from './recipe'
import { exportRows, type RowContent } from './rows'
import { orderRows, type OrderedRows } from '../rows'
import { warmSelection } from '../rows/select'
import { getStudy } from '../studies'
import type { ExportRow } from '@/lib/formats/writers/export-row'

/** Everything an export needs to know before the first row is read. */
export interface ExportPlan {
  request: ExportRequest
  study: StudySummary
  ordered: OrderedRows
  content: RowContent
  /** Opens the rows anew; writers read them more than once. */
  open(): AsyncGenerator<ExportRow[]>
}

function writtenColumns(db: Db, request: ExportRequest): string[] {
  const { columns } = request.state
  const runs = studyRuns(db, request.studyId)
  for (const id of columns) requireSource(id, runs)
  if (request.format === 'llama-factory') {
    // The sidecar is where values stay with the training rows, so it holds every column that a run filled.
    const filled = listColumns(db, request.studyId).filter((column) => !column.hidden)
    return [...new Set([...columns, ...filled.map((column) => column.id)])]
  }
  if (!request.metrics) return []
  if (columns.length > 0) return [...new Set(columns)]
  const filled = listColumns(db, request.studyId)
  return filled.filter((column) => column.isDefault && !column.hidden).map((column) => column.id)
}

/** Returns the plan of an export: the rows that the filter shows, in their order. Throws `not_found` for unknown columns. */
export async function planExport(
  db: Db,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportPlan> {
  const study = getStudy(db, request.studyId)
  const { filter, sort } = request.state
  const columns = writtenColumns(db, request)
  await warmSelection(db, study.id, filter, [...columns, ...decidingColumns(request)], signal)
  await yieldToEventLoop()
  const ordered = orderRows(db, study.id, filter, sort)
  await yieldToEventLoop()
  const short = request.lineage ? 'short' : 'none'
  const content: RowContent = {
    studyName: study.name,
    columns,
    lineage: request.format === 'llama-factory' ? 'full' : short,
  }
  return {
    request,
    study,
    ordered,
    content,
    open: () => exportRows(db, study.id, ordered, content, signal),
  }
}

/** Returns how the training bundle is written: as conversations when a chosen file came as such, else as flat rows. */
export function bundleOptions(db: Db, plan: ExportPlan): BundleOptions {
  const { request, ordered } = plan
  const used = ordered.selection.cells.filter((part) => part.rows.length > 0)
  const numbers = used.map((part) => part.cell.no)
  const isChat = db
    .select({ source: cells.source })
    .from(cells)
    .where(inArray(cells.no, numbers))
    .all()
    .some(({ source }) => source.mapping !== null && source.mapping.messages !== null)
  return {
    name: request.name,
    format: isChat ? 'sharegpt' : 'alpaca',
    stage: request.stage,
    foldInput: request.foldInput,
    excludeBlocked: request.excludeBlocked,
    allowEmptyResponses: request.allowEmptyResponses,
    template: request.template,
  }
}
