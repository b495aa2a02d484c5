import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { listMeasured } from '@/lib/metrics'
import { createRandom } from '@/lib/stats/random'
import { startRuns } from '@/lib/services/runs/compute'
import { listRuns } from '@/lib/services/runs'
import { getJob, retryJob } from '@/lib/queue/queue'
import { storedColumns, testStudy, type TestStudy } from '../job-study'

/** What a round of kills is made of. */
export interface ChaosOptions {
  rows: number
  kills: number
  /** Wait of the fake backend before each reply, so that kills fall into work. */
  latencyMs: number
  seed: number
  /** Metrics to compute; all measured ones when empty. */
  metrics: readonly string[]
  /** Longest wait for the end, in milliseconds. */
  limitMs: number
}

/** What came of it. */
export interface ChaosResult {
  kills: number
  rows: number
  /** Rows done at each kill. */
  doneAtKill: number[]
  columns: string[]
  /** One line a run: rows done, valued and reasons. */
  counts: string[]
  states: string[]
  seconds: number
}

const POLL_MS = 20
// Longest time that a kill comes after new results were seen.
const MAX_DELAY_MS = 400
// Most kills wait for new results, so that they fall into work; a busy machine needs this long to start a worker.
const NO_PROGRESS_MS = 20_000
// Every third kill comes at any moment from the start on: recovery and start-up must survive it, too.
const EARLY_EVERY = 3
const EARLY_MS = 3_000

/** Starts a real worker process on the study's data folder, with further environment variables where they are given. */
export function spawnWorker(
  study: TestStudy,
  env: Record<string, string> = {},
  entry = 'lib/worker/main.ts',
): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', entry], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {
      ...process.env,
      EVOLENS_DATA_DIR: study.config.dataDir,
      EVOLENS_CACHE_DIR: study.config.cacheDir,
      LOG_LEVEL: 'silent',
      ...env,
    },
  })
}

/** Resolves when a process has ended. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

/** Stops a worker as the supervisor would, and waits for its end. */
export async function stopWorker(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await ended(child)
}

/**
 * Queues jobs again that were given up because workers died during them, as a person would; a kill from outside looks the
 * same. Returns those that are still to end.
 */
export function openJobs({ db }: TestStudy, ids: readonly string[]): string[] {
  return ids.filter((id) => {
    const { state, error } = getJob(db, id)
    const isGivenUp = state === 'failed' && error?.startsWith('The worker stopped unexpectedly')
    if (isGivenUp) retryJob(db, id)
    return isGivenUp || state === 'queued' || state === 'running'
  })
}

function doneRows(study: TestStudy): number {
  return study.db.$client
    .prepare('select coalesce(sum(done), 0) from run_cells')
    .pluck()
    .get() as number
}

async function killOnce(study: TestStudy, patience: number, delay: number): Promise<number> {
  const child = spawnWorker(study)
  const before = doneRows(study)
  const start = Date.now()
  while (doneRows(study) === before && Date.now() - start < patience) await sleep(POLL_MS)
  await sleep(delay)
  child.kill('SIGKILL')
  await ended(child)
  return doneRows(study)
}

/** Computes metrics in a worker that is killed at random moments, then left to finish; returns what is stored at the end. */
export async function chaosRun(options: ChaosOptions): Promise<ChaosResult> {
  const started = Date.now()
  const random = createRandom(options.seed)
  const study = testStudy(options.rows, { latencyMs: options.latencyMs, failMarker: 'number 7' })
  let last: ChildProcess | null = null
  try {
    const known = listMeasured().map((metric) => metric.id)
    const wanted = options.metrics.length > 0 ? options.metrics : known
    const request = computeRequestSchema.parse({
      metrics: wanted.map((metric) => ({ metric })),
      backends: Object.fromEntries(known.map((id) => [id, 'fake'])),
    })
    const { jobs } = startRuns(study, study.studyId, request)
    const ids = jobs.map(({ id }) => id)
    const doneAtKill: number[] = []
    for (let kill = 0; kill < options.kills; kill += 1) {
      const early = kill % EARLY_EVERY === EARLY_EVERY - 1
      const patience = early ? random.below(EARLY_MS) : NO_PROGRESS_MS
      openJobs(study, ids)
      doneAtKill.push(await killOnce(study, patience, random.below(MAX_DELAY_MS)))
    }
    last = spawnWorker(study)
    while (openJobs(study, ids).length > 0 && Date.now() - started < options.limitMs)
      await sleep(POLL_MS)
    return {
      kills: options.kills,
      rows: doneRows(study),
      doneAtKill,
      columns: storedColumns(study.db),
      counts: listRuns(study.db, study.studyId)
        .map(({ metric, total, done, valued, record }) =>
          JSON.stringify([metric, total, done, valued, record.rows, record.valued, record.reasons]),
        )
        .sort(),
      states: ids.map((id) => getJob(study.db, id).state),
      seconds: (Date.now() - started) / 1000,
    }
  } finally {
    if (last) await stopWorker(last)
    study.close()
  }
}
