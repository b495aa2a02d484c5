import { AppError, throwIfAborted } from '@/lib/errors'
import { getMeasured, outputsOf, withParams } from '@/lib/metrics'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { JOBS, type JobPayload } from '@/lib/queue/kinds'
import { ColumnWriter } from '@/lib/services/columns/writer'
import { getRunRow } from '@/lib/services/runs'
import { checkTools } from '@/lib/services/sandbox'
import { computeWholeCell } from './cell-scope'
import { removeOldKeptFiles } from './kept-file'
import { partnersOf } from './other-cell'
import { computeRows } from './row-scope'
import { numberValues } from './number-values'
import { taggedBy } from './tagged'
import { runCellList, RunState } from './run-state'
import { settleModel } from './settle-model'
import { metricTools } from './tools'
import { defineJob, type WorkerContext } from '@/lib/worker/types'

function metricOf(id: string, version: number): MeasuredMetric {
  const metric = getMeasured(id)
  if (metric.version === version) return metric
  throw new AppError(
    'conflict',
    `${metric.label} is computed otherwise since this run began (version ${version}, now ${metric.version}). Start a new run.`,
  )
}

async function run(context: WorkerContext, { runId }: JobPayload<'compute'>) {
  const { db, signal } = context
  const stored = getRunRow(db, runId)
  const named = metricOf(stored.metricId, stored.metricVersion)
  const { backendId } = stored
  if (backendId !== null) context.progress({ phase: 'Opening the backend' })
  const session = backendId === null ? null : await context.openBackend(backendId)
  throwIfAborted(signal)
  const current = settleModel(context, stored, session)
  const params = named.params.parse(current.definition.params)
  const metric = withParams(named, params)
  const outputs = outputsOf(metric, params)
  const cellList = runCellList(db, current.no)
  const state = new RunState(context, current, session, cellList)
  state.begin()
  const number = numberValues(db, stored.studyId, metric, params, outputs)
  const tagged = taggedBy(db, stored.studyId, metric, params)
  const words = tagged?.words ?? null
  const tools = metricTools(session, signal, () => undefined, checkTools(db), words)
  for (const cell of cellList) {
    throwIfAborted(signal)
    const writer = new ColumnWriter(db, current.no, cell.cellNo, cell.rowCount, outputs)
    state.phase(cell.name)
    const { cellNo, responseSetNo, alignmentNo } = cell
    const { compared, notes } = partnersOf(db, stored.studyId, metric, cell)
    const work = {
      db,
      runNo: current.no,
      studyId: stored.studyId,
      metric,
      params,
      tools,
      number,
      cell,
      writer,
      state,
      source: {
        cellNo,
        responseSetNo,
        alignmentNo,
        compared,
        tagsOf: tagged?.of(cellNo) ?? null,
        ...metric.inputs,
      },
      notes,
      confirm: async (abort: AbortSignal) => session?.confirm(abort),
      concurrency: session?.limits.chatConcurrency ?? 1,
    }
    await (metric.scope === 'cell' ? computeWholeCell(work) : computeRows(work))
  }
  const { total, done, valued } = state.totals()
  return { runId: current.id, rows: total, done, valued }
}

/** Computes what is missing of a run: pending rows in batches, or whole cells. */
export const computeJob = defineJob(JOBS.compute, {
  lane: 'compute',
  backends: ({ db }, { runId }) => [getRunRow(db, runId).backendId].filter((id) => id !== null),
  run,
  cleanup: removeOldKeptFiles,
})
