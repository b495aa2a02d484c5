import { z } from 'zod'
import type { Db } from '@/db/client'
import { NO_CACHE } from '@/lib/backends/cache-port'
import { computeRequestSchema, type ComputeRequest, type DryRun } from '@/lib/contracts/compute'
import { errorCode, errorMessage } from '@/lib/errors'
import { needsOf, parseParams } from '@/lib/metrics'
import type { MeasuredMetric, MetricRow } from '@/lib/metrics/types'
import { measuredMetric, pricesOf, requestedCells } from '@/lib/services/compute'
import { chooseBackend } from '@/lib/services/compute/choose-backend'
import { buildDefinition, definitionHash } from '@/lib/services/compute/definition'
import { findRun, planCell, type RunCellPlan } from '@/lib/services/compute/extend-run'
import { countRows, readRowStatus } from '@/lib/services/compute/row-status'
import { resolveRowSet } from '@/lib/services/compute/row-sets'
import { loadRows } from './compute/load-rows'
import { computeSafely } from './compute/row-scope'
import { metricTools } from './compute/tools'
import { defineJob, type JobContext, type MeteredSession } from './types'

const payloadSchema = z.object({ studyId: z.string(), request: computeRequestSchema })

// Twenty rows cost seconds and still average over lengths.
const SAMPLE_ROWS = 20
// Several batches, so that the spread between them can be seen; small ones first, because a slow backend may get no further.
const BATCH_SIZES = [1, 2, 3, 4, 10]
// Per metric: a person waits for the estimate.
const BUDGET_MS = 8_000
// Texts differ more between files than inside a sample; no estimate is surer than this.
const LEAST_SPREAD = 0.3

interface Extent {
  rows: number
  done: number
}

function memberCount({ cell, members }: RunCellPlan): number {
  return members === null ? cell.rowCount - cell.skipped.length : members.length
}

/** Rows of the request, and how many of them a run of the same definition has done already. */
function extentOf(
  db: Db,
  studyId: string,
  hash: string,
  request: ComputeRequest,
  plans: RunCellPlan[],
): Extent {
  const rows = plans.reduce((sum, plan) => sum + memberCount(plan), 0)
  const run = findRun(db, studyId, hash, request.rowSet, plans)
  if (!run) return { rows, done: 0 }
  const done = plans.reduce((sum, { cell, members }) => {
    const status = readRowStatus(db, run.no, cell.no, cell.rowCount)
    const part = members === null ? status : Uint8Array.from(members, (idx) => status[idx] ?? 0)
    return sum + countRows(part).done
  }, 0)
  return { rows, done }
}

function sampleRows(db: Db, metric: MeasuredMetric, plans: readonly RunCellPlan[]): MetricRow[] {
  const total = plans.reduce((sum, plan) => sum + memberCount(plan), 0)
  const step = Math.max(1, total / SAMPLE_ROWS)
  const rows: MetricRow[] = []
  let before = 0
  for (const plan of plans) {
    const count = memberCount(plan)
    const { cell, members, responseSetNo, alignmentNo } = plan
    const source = { cellNo: cell.no, responseSetNo, alignmentNo, parent: metric.inputs.parent }
    const positions = new Set<number>()
    for (let at = Math.ceil(before / step) * step; at < before + count; at += step) {
      const k = Math.floor(at) - before
      positions.add(members ? (members[k] ?? 0) : k)
    }
    for (const idx of positions) rows.push(...loadRows(db, source, [idx]))
    before += count
  }
  // A metric of a whole cell sees positions, which must not repeat.
  return rows.slice(0, SAMPLE_ROWS).map((row, index) => ({ ...row, index }))
}

interface Timed {
  rows: number
  seconds: number
}

/** Times the metric on the sample, batch by batch, until the rows or the time run out. */
async function measure(
  context: JobContext,
  metric: MeasuredMetric,
  params: unknown,
  session: MeteredSession | null,
  rows: readonly MetricRow[],
): Promise<Timed[]> {
  const tools = metricTools(session, context.signal, () => undefined)
  const batches: Timed[] = []
  const timed = async (part: readonly MetricRow[], work: () => Promise<unknown>) => {
    const start = performance.now()
    await work()
    batches.push({ rows: part.length, seconds: (performance.now() - start) / 1000 })
  }
  const { computeCell } = metric
  if (metric.scope === 'cell') {
    if (computeCell && rows.length > 0) await timed(rows, () => computeCell(rows, params, tools))
    return batches
  }
  const end = performance.now() + BUDGET_MS
  let at = 0
  for (const size of BATCH_SIZES) {
    const part = rows.slice(at, at + size)
    if (part.length === 0 || performance.now() > end) break
    await timed(part, () => computeSafely(metric, part, params, tools))
    at += size
  }
  return batches
}

function interval(batches: Timed[], rows: number): { secondsLow: number; secondsHigh: number } {
  const measured = batches.reduce((sum, batch) => sum + batch.rows, 0)
  if (measured === 0) return { secondsLow: 0, secondsHigh: 0 }
  const mean = batches.reduce((sum, batch) => sum + batch.seconds, 0) / measured
  const each = batches.map((batch) => batch.seconds / batch.rows)
  const range = (Math.max(...each) - Math.min(...each)) / Math.max(mean, 1e-9)
  const spread = Math.max(LEAST_SPREAD, range / 2)
  return {
    secondsLow: rows * mean * Math.max(0, 1 - spread),
    secondsHigh: rows * mean * (1 + spread),
  }
}

async function estimate(
  context: JobContext,
  studyId: string,
  request: ComputeRequest,
  wanted: ComputeRequest['metrics'][number],
): Promise<DryRun> {
  const { db } = context
  const metric = measuredMetric(wanted.metric)
  const params = parseParams(metric, wanted.params)
  const choice = chooseBackend(
    db,
    needsOf(metric, params),
    request.backends[metric.id] ?? request.backends[wanted.metric],
  )
  const cells = requestedCells(db, studyId, request.cellIds, metric)
  const members = resolveRowSet(db, studyId, cells, request.rowSet)
  const plans = cells.map((cell) => planCell(db, cell, members.get(cell.no) ?? null, metric.inputs))
  const none: DryRun = {
    metric: metric.id,
    backendId: choice.backend?.id ?? null,
    backendLabel: choice.backend?.label ?? null,
    rows: plans.reduce((sum, plan) => sum + memberCount(plan), 0),
    rowsDone: 0,
    sampleRows: 0,
    tokens: 0,
    secondsLow: 0,
    secondsHigh: 0,
    cost: null,
    blocked: null,
  }
  if ('blocked' in choice) return { ...none, blocked: choice.blocked }
  let session: MeteredSession | null = null
  try {
    session = choice.backend
      ? await context.openBackend(choice.backend.id, { cache: NO_CACHE })
      : null
    const definition = buildDefinition(metric, params, session?.identity ?? null)
    const { rows, done } = extentOf(db, studyId, definitionHash(definition), request, plans)
    const sample = sampleRows(db, metric, plans)
    const batches = await measure(context, metric, params, session, sample)
    const sampleRowCount = batches.reduce((sum, batch) => sum + batch.rows, 0)
    const { promptTokens = 0, completionTokens = 0, scoredTokens = 0 } = session?.meter ?? {}
    const left = rows - done
    const factor = sampleRowCount > 0 ? left / sampleRowCount : 0
    const price = pricesOf(choice.backend)
    const priced = price.prompt !== null || price.completion !== null
    const cost = promptTokens * (price.prompt ?? 0) + completionTokens * (price.completion ?? 0)
    return {
      ...none,
      rows,
      rowsDone: done,
      sampleRows: sampleRowCount,
      tokens: Math.round((promptTokens + completionTokens + scoredTokens) * factor),
      ...interval(batches, left),
      cost: priced ? cost * factor : null,
    }
  } catch (error) {
    if (errorCode(error) === 'cancelled' || errorCode(error) === 'internal') throw error
    return { ...none, blocked: errorMessage(error) }
  }
}

/** Measures each metric of a request on a few rows and predicts tokens, time and cost; nothing is stored of the rows. */
export const dryRunJob = defineJob({
  kind: 'dry-run',
  lane: 'quick',
  payload: payloadSchema,
  title: () => 'Estimate',
  async run(context, { studyId, request }) {
    const dryRuns: DryRun[] = []
    for (const wanted of request.metrics) {
      context.progress({ phase: `Measuring ${wanted.metric}`, done: dryRuns.length })
      dryRuns.push(await estimate(context, studyId, request, wanted))
    }
    context.progress({ done: dryRuns.length, total: request.metrics.length })
    return { dryRuns }
  },
})
