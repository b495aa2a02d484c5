import type { Db } from '@/db/client'
import { getBackendKind } from '@/lib/backends'
import { NO_CACHE } from '@/lib/backends/session/cache-port'
import type { ComputeRequest, DryRun } from '@/lib/contracts/compute'
import { addMeters, costOf, emptyMeter, tokensOf, type Meter } from '@/lib/contracts/meter'
import { errorCode, errorMessage } from '@/lib/errors'
import { needsOf, parseParams, withParams } from '@/lib/metrics'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { JOBS } from '@/lib/queue/kinds'
import { settleTags } from '@/lib/services/columns/tags'
import { measuredMetric, requestedCells } from '@/lib/services/runs/compute'
import { chooseBackend, settleParams } from '@/lib/services/runs/choose-backend'
import { buildDefinition, definitionHash } from '@/lib/services/runs/definition'
import { findRun, planCell, type RunCellPlan } from '@/lib/services/runs/extend-run'
import { PENDING, readRowStatus } from '@/lib/services/runs/row-status'
import { resolveRowSet } from '@/lib/services/runs/row-sets'
import { settleCells } from '@/lib/services/runs/settle-cells'
import { pricesOf } from '@/lib/services/runs/prices'
import { checkTools } from '@/lib/services/sandbox'
import { countRequests, type Counted } from './count'
import { timeInterval } from './interval'
import { watchOwnMachine } from './own-machine'
import { measureRows, sampleSize, type Measured } from './measure'
import { loadDistinct, scanRows, stratified, type Pending, type Scan } from './scan'
import { storedCache } from '@/lib/worker/vector-store'
import { defineJob, type WorkerContext, type MeteredSession } from '@/lib/worker/types'

// Half a million rows are read in about this time; what is left of a larger study is extrapolated.
const SCAN_MS = 10_000
// Without a backend nothing is sent that could be counted: some rows to measure the speed are enough.
const SPEED_SCAN_MS = 500
// Counting sends nothing; so many rows leave an error of a few per cent whatever their lengths.
const COUNT_ROWS = 2_000
// Requests that the largest batch of the sample keeps in flight: where an adaptive limit begins.
const SAMPLE_IN_FLIGHT = 4
// Their number does not follow from rows.
const TAGS_NOTE = 'Not in this estimate: each different tag of the study is embedded once.'
// Counting never touches the times of last use, by which the cache is purged.
const AT_NO_TIME = () => 0

function members({ cell, members: listed }: RunCellPlan): Int32Array {
  if (listed !== null) return listed
  const skipped = new Set(cell.skipped)
  return Int32Array.from({ length: cell.rowCount }, (_, idx) => idx).filter(
    (idx) => !skipped.has(idx),
  )
}

/** The rows that a run of this definition has still to do. */
function pendingRows(
  db: Db,
  studyId: string,
  hash: string,
  request: ComputeRequest,
  plans: RunCellPlan[],
): { rows: number; pending: Pending[] } {
  const run = findRun(db, studyId, hash, request.rowSet, plans)
  let rows = 0
  const pending = plans.map((plan) => {
    const wanted = members(plan)
    rows += wanted.length
    if (!run) return { plan, indices: wanted }
    const { no, rowCount } = plan.cell
    const status = readRowStatus(db, run.no, no, rowCount)
    return { plan, indices: wanted.filter((idx) => status[idx] === PENDING) }
  })
  return { rows, pending }
}

function scaled(meter: Meter, factor: number): Meter {
  const entries = Object.entries(meter).map(([key, value]) => [key, Math.round(value * factor)])
  return Object.fromEntries(entries) as Meter
}

interface Subject {
  metric: MeasuredMetric
  params: unknown
  session: MeteredSession | null
}

/** Counts what is left to send; where the metric cannot be counted, what the sample sent stands for the rest. */
async function countLeft(
  context: WorkerContext,
  { metric, params, session }: Subject,
  scan: Scan,
  measured: Measured,
): Promise<Counted> {
  const sampled = measured.batches.reduce((sum, batch) => sum + batch.rows, 0)
  if (!session || scan.distinct.length === 0) return { rows: sampled, meter: emptyMeter() }
  const rows = loadDistinct(context.db, metric, stratified(scan.distinct, COUNT_ROWS))
  const stored = storedCache(context.db, context.config.dataDir, AT_NO_TIME)
  try {
    const { exchanges } = measured
    return await countRequests(metric, params, session, rows, exchanges, stored, context.signal)
  } catch (error) {
    if (errorCode(error) === 'cancelled') throw error
    context.log('warn', `Requests could not be counted ahead: ${errorMessage(error)}`)
    return { rows: sampled, meter: addMeters(session.meter) }
  }
}

/** A metric of a request with its parameters, and the backend that it will use. */
function chosenFor(
  { db, config }: Pick<WorkerContext, 'db' | 'config'>,
  request: ComputeRequest,
  wanted: ComputeRequest['metrics'][number],
) {
  const chosenParams = parseParams(measuredMetric(wanted.metric), wanted.params)
  const metric = withParams(measuredMetric(wanted.metric), chosenParams)
  const asked = request.backends[metric.id] ?? request.backends[wanted.metric]
  const choice = chooseBackend(db, needsOf(metric, chosenParams), asked, config)
  return { chosenParams, metric, choice }
}

async function estimate(
  context: WorkerContext,
  studyId: string,
  request: ComputeRequest,
  wanted: ComputeRequest['metrics'][number],
): Promise<DryRun> {
  const { db, signal } = context
  const { chosenParams, metric, choice } = chosenFor(context, request, wanted)
  const tagged = settleTags(db, studyId, metric, chosenParams)
  const cells = requestedCells(db, studyId, request.cellIds, metric)
  const chosen = resolveRowSet(db, studyId, cells, request.rowSet)
  const plans = cells.map((cell) => planCell(db, cell, chosen.get(cell.no) ?? null, metric.inputs))
  const params = settleCells(
    db,
    metric,
    settleParams(metric, 'params' in tagged ? tagged.params : chosenParams, choice.backend),
    plans,
  )
  const none: DryRun = {
    metric: metric.id,
    backendId: choice.backend?.id ?? null,
    backendLabel: choice.backend?.label ?? null,
    rows: plans.reduce((sum, plan) => sum + members(plan).length, 0),
    rowsDone: 0,
    sampleRows: 0,
    countedRows: 0,
    meter: emptyMeter(),
    secondsLow: 0,
    secondsHigh: 0,
    note: null,
    cost: null,
    blocked: null,
  }
  if ('blocked' in choice) return { ...none, blocked: choice.blocked }
  if ('blocked' in tagged) return { ...none, blocked: tagged.blocked }
  try {
    const { backend } = choice
    const session = backend ? await context.openBackend(backend.id, { cache: NO_CACHE }) : null
    const definition = buildDefinition(metric, params, session?.identity ?? null)
    const hash = definitionHash(definition)
    const { rows, pending } = pendingRows(db, studyId, hash, request, plans)
    const scan = await scanRows(db, metric, pending, signal, session ? SCAN_MS : SPEED_SCAN_MS)
    const sample = loadDistinct(db, metric, stratified(scan.distinct, sampleSize(session)))
    const isLocal = backend !== null && getBackendKind(backend.kind).local === true
    const note = isLocal ? watchOwnMachine(context.config.niceness) : () => null
    // Draws from the sample itself: those of the run would find too few rows in it.
    const tried = metric.settleSizes?.({ ...chosenParams, n: null }, [sample.length >> 1]) ?? params
    const measured = await measureRows(metric, tried, session, sample, signal, checkTools(db))
    const assumed = note()
    const counted = await countLeft(context, { metric, params, session }, scan, measured)
    const factor = counted.rows > 0 ? scan.distinctRows / counted.rows : 0
    const meter = scaled(counted.meter, factor)
    // What several cells or rows have in common is asked once; the other rows find it in the cache.
    if (session) meter.cachedRequests += Math.round(scan.rows - scan.distinctRows)
    const headroom = (session?.limits.chatConcurrency ?? 1) / SAMPLE_IN_FLIGHT
    return {
      ...none,
      rows,
      rowsDone: rows - scan.rows,
      sampleRows: measured.batches.reduce((sum, batch) => sum + batch.rows, 0),
      countedRows: session ? counted.rows : 0,
      meter,
      ...timeInterval(measured.batches, {
        rows: scan.rows,
        tokens: tokensOf(meter),
        reads: scan.reads,
        headroom,
      }),
      note: metric.inputs.tags ? TAGS_NOTE : assumed,
      cost: costOf(meter, pricesOf(backend)),
    }
  } catch (error) {
    if (errorCode(error) === 'cancelled' || errorCode(error) === 'internal') throw error
    return { ...none, blocked: errorMessage(error) }
  }
}

/**
 * Predicts tokens, time and cost of each metric of a request: all rows are read, a few are computed for speed and length
 * of replies, many are counted without being sent. Nothing is stored of the rows.
 */
export const dryRunJob = defineJob(JOBS['dry-run'], {
  lane: 'quick',
  backends: (around, { request }) =>
    request.metrics.flatMap(
      (wanted) => chosenFor(around, request, wanted).choice.backend?.id ?? [],
    ),
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
