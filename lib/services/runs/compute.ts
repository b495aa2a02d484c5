import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction, type Db } from '@/db/client'
import type { ComputeRequest, DryRun } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'
import type { Budget } from '@/lib/contracts/meter'
import type { RowSet, RunDefinition } from '@/lib/contracts/run'
import type { StartedRuns } from '@/lib/contracts/run-replies'
import { AppError, throwIfAborted } from '@/lib/errors'
import { openJobs } from '@/lib/queue/lookups'
import { enqueue, getJob, requestCancel, resumeJob, setBudget } from '@/lib/queue/queue'
import { getMeasured, getMetric, needsOf, parseParams, runLabel, withParams } from '@/lib/metrics'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { requestProbe } from '../backends'
import { currentCells, type CellRef } from '../cells'
import { settleTags } from '../columns/tags'
import { chooseBackend, settleParams } from './choose-backend'
import { buildDefinition, definitionHash } from './definition'
import { addCell, createRun, findRun, pinIfFirst, planCell, type RunRow } from './extend-run'
import { resolveRowSet } from './row-sets'
import { settleCells } from './settle-cells'
import type { ServiceContext } from '../context'
import { pricesOf } from './prices'
import { getRun } from '../runs'
import { whyClosed } from '../sandbox/setting'
import { getStudy } from '../studies'
import { workerState } from '../system'

// Somebody waits for an estimate before starting a run.
const DRY_RUN_PRIORITY = 10
// The first call may load a model; after that a person would rather start the run.
const DRY_RUN_WAIT_MS = 120_000
const DRY_RUN_POLL_MS = 150

/** Returns the measured metric behind an id; a derived metric means the one that feeds it. */
export function measuredMetric(id: string): MeasuredMetric {
  const metric = getMetric(id)
  const measured = getMeasured(metric.kind === 'derived' ? metric.from : id)
  if (!measured.isImported) return measured
  throw new AppError(
    'invalid_input',
    `${measured.label} comes with imported files and is not computed.`,
  )
}

/** Returns the cells of a request that a metric is defined on: seeds have neither parent nor partner, so such metrics leave them out. */
export function requestedCells(
  db: Db,
  studyId: string,
  cellIds: readonly string[],
  metric: MeasuredMetric,
): CellRef[] {
  const wanted = new Set(cellIds)
  const { parent, partner = false } = metric.inputs
  // Seeds have nothing to be compared with but other responses to themselves.
  const isEvolvedOnly =
    parent || (partner && metric.otherCell?.(undefined).relation !== 'responses')
  return currentCells(db, studyId).filter(
    (cell) => (wanted.size === 0 || wanted.has(cell.id)) && (!isEvolvedOnly || cell.armId !== null),
  )
}

function describeRowSet(rowSet: RowSet): string {
  if (rowSet.kind === 'all') return ''
  return rowSet.kind === 'filter'
    ? ' on the filtered rows'
    : ` on a sample of ${rowSet.slots} seeds`
}

/** Quick metrics go first, so that figures fill early: vectors and scores of given text, then single tokens, then replies. */
function jobPriority({ needs }: MeasuredMetric): number {
  if (needs.length === 0 || needs.includes('embed') || needs.includes('promptLogprobs')) return 2
  return needs.includes('outputLogprobs') ? 1 : 0
}

/** The job that will do what is missing: the one that waits already, else a new one. A running job may be past it. */
function ensureJob(
  db: Db,
  run: RunRow,
  metric: MeasuredMetric,
  missing: number,
  budget: Budget | null,
): Job {
  const open = openJobs(db, 'compute', { runId: run.id })
  const waiting = open.find((row) => row.state === 'queued')
  if (waiting) return budget ? setBudget(db, waiting.id, budget) : waiting
  const paused = open.find((row) => row.state === 'paused')
  if (paused) {
    if (budget) setBudget(db, paused.id, budget)
    return resumeJob(db, paused.id)
  }
  return enqueue(db, {
    kind: 'compute',
    payload: { runId: run.id },
    names: { run: `${runLabel(run.metricId, run.definition.params)}${describeRowSet(run.rowSet)}` },
    studyId: run.studyId,
    priority: jobPriority(metric),
    progress: { total: missing },
    budget,
  })
}

function startOne(
  { db, config }: ServiceContext,
  studyId: string,
  request: ComputeRequest,
  wanted: ComputeRequest['metrics'][number],
  started: StartedRuns,
): void {
  const asked = parseParams(measuredMetric(wanted.metric), wanted.params)
  const metric = withParams(measuredMetric(wanted.metric), asked)
  const closed = whyClosed(db, metric)
  if (closed !== null) {
    started.blocked.push({ metric: metric.id, reason: closed })
    return
  }
  const choice = chooseBackend(
    db,
    needsOf(metric, asked),
    request.backends[metric.id] ?? request.backends[wanted.metric],
    config,
  )
  if ('blocked' in choice) {
    started.blocked.push({ metric: metric.id, reason: choice.blocked })
    return
  }
  const tagged = settleTags(db, studyId, metric, asked)
  if ('blocked' in tagged) {
    started.blocked.push({ metric: metric.id, reason: tagged.blocked })
    return
  }
  const { backend, identity } = choice
  if (backend && request.budget?.money != null && pricesOf(backend) === null) {
    const reason = `A cost budget needs the prices of ${backend.label}. Enter them on the Backends page.`
    started.blocked.push({ metric: metric.id, reason })
    return
  }
  if (backend && !identity) requestProbe(db, backend.id)
  const model = backend ? (identity ?? { pending: backend.id }) : null
  const cells = requestedCells(db, studyId, request.cellIds, metric)
  const members = resolveRowSet(db, studyId, cells, request.rowSet)
  const plans = cells.map((cell) => planCell(db, cell, members.get(cell.no) ?? null, metric.inputs))
  if (plans.length === 0) {
    const reason = 'There are no rows that this metric is defined on.'
    started.blocked.push({ metric: metric.id, reason })
    return
  }
  const params = settleCells(db, metric, settleParams(metric, tagged.params, backend), plans)
  const definition = buildDefinition(metric, params, model)
  const search = (wantedDefinition: RunDefinition) =>
    findRun(db, studyId, definitionHash(wantedDefinition), request.rowSet, plans)
  // A run made before the backend was tested gets its model when its job starts; asking again must not make another.
  const untested = backend ? buildDefinition(metric, params, { pending: backend.id }) : definition
  const found = search(definition) ?? search(untested)
  const run = found ?? createRun(db, { studyId, definition, rowSet: request.rowSet, backend })
  const missing = plans.reduce((sum, plan) => sum + addCell(db, run.no, plan), 0)
  pinIfFirst(db, run)
  if (missing > 0) started.jobs.push(ensureJob(db, run, metric, missing, request.budget ?? null))
  started.runs.push(getRun(db, run.id))
}

/**
 * Starts what is missing of the requested metrics, in one transaction: a run of the same definition and row set is
 * extended, else one is made; its job is queued. Metrics without a backend come back as blocked; throws
 * `capability_missing` when all are.
 */
export function startRuns(
  context: ServiceContext,
  studyId: string,
  request: ComputeRequest,
): StartedRuns {
  const { db } = context
  getStudy(db, studyId)
  if (request.metrics.length === 0) throw new AppError('invalid_input', 'Name at least one metric.')
  const started = inTransaction(db, () => {
    const result: StartedRuns = { runs: [], jobs: [], blocked: [] }
    const seen = new Set<string>()
    for (const wanted of request.metrics) {
      // Several derived metrics may come from one measurement.
      const key = `${measuredMetric(wanted.metric).id} ${JSON.stringify(wanted.params)}`
      if (seen.has(key)) continue
      seen.add(key)
      startOne(context, studyId, request, wanted, result)
    }
    return result
  })
  const first = started.blocked[0]
  if (started.runs.length === 0 && first) {
    throw new AppError('capability_missing', first.reason, {
      details: { blocked: started.blocked },
    })
  }
  return started
}

/**
 * Queues an estimate of the request (a short job, because engines run in the worker only) and returns the job; its result
 * is `{dryRuns: DryRun[]}`.
 */
export function startDryRun({ db }: ServiceContext, studyId: string, request: ComputeRequest): Job {
  getStudy(db, studyId)
  if (request.metrics.length === 0) throw new AppError('invalid_input', 'Name at least one metric.')
  for (const { metric } of request.metrics) measuredMetric(metric)
  return enqueue(db, {
    kind: 'dry-run',
    payload: { studyId, request },
    names: {},
    studyId,
    priority: DRY_RUN_PRIORITY,
    progress: { unit: 'metrics', total: request.metrics.length },
  })
}

/**
 * Returns the estimate of a request: queues it for the worker and waits without blocking. Throws `backend_unavailable`
 * when no worker runs or it takes too long; the job is cancelled when the caller goes away.
 */
export async function dryRun(
  context: ServiceContext,
  studyId: string,
  request: ComputeRequest,
  signal?: AbortSignal,
): Promise<DryRun[]> {
  const { db } = context
  if (!workerState(context).alive) {
    throw new AppError(
      'backend_unavailable',
      'The worker does not run, so nothing can be estimated. Start it again.',
    )
  }
  const { id } = startDryRun(context, studyId, request)
  const deadline = Date.now() + DRY_RUN_WAIT_MS
  while (Date.now() < deadline && !signal?.aborted) {
    const job = getJob(db, id)
    if (job.state === 'succeeded') return (job.result as { dryRuns: DryRun[] }).dryRuns
    if (job.state === 'failed' || job.state === 'cancelled') {
      throw new AppError('backend_unavailable', job.error ?? 'The estimate was stopped.')
    }
    await sleep(DRY_RUN_POLL_MS)
  }
  requestCancel(db, id)
  throwIfAborted(signal)
  throw new AppError(
    'backend_unavailable',
    'The estimate takes too long. The backend is slow or busy; start the run to see its speed.',
  )
}
