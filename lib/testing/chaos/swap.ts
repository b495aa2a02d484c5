import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import { backends } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { CHUNK_ROWS } from '@/lib/columns/chunks'
import { requestProbe } from '@/lib/services/backends'
import { startRuns } from '@/lib/services/runs/compute'
import { PENDING, ROW_OUTPUT } from '@/lib/services/runs/row-status'
import { listRuns } from '@/lib/services/runs'
import { ended, spawnWorker, stopWorker } from './run'
import { FaultyServer } from '../faults/kit'
import { getJob, requestCancel, resumeJob } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '../job-study'

/**
 * How another model takes the place of the first one behind the same name and address: the server is killed and another
 * started; the worker is killed as well; without a connection failing; the same, and the first one is back a moment later.
 */
export const SWAPS = ['restart', 'restart of both', 'without a word', 'there and back'] as const
export type Swap = (typeof SWAPS)[number]

/** What a swap in mid-run left behind. */
export interface SwapResult {
  /** Rows done when the model was replaced. */
  doneAtSwap: number
  /** Why the job paused, and what it says. */
  hold: string | null
  says: string
  /** Stored values, a line a row and output, when the job had paused. */
  atPause: string[]
  /** How the job stood after it was resumed while the other model still answered; null where it was back already. */
  resumedTooEarly: string | null
  /** State, values and cached answers after the first model was back and the job resumed. */
  state: string
  values: string[]
  cached: string[]
}

/** Salts of the two models. */
const [FIRST, OTHER] = [0, 7]
const POLL_MS = 10
// A busy machine needs this long to start a worker, and a job as long to see that its backend is back.
const LIMIT_MS = 90_000
// Slow enough for a swap to fall into work, and quick enough for a test.
const LATENCY_MS = 150
// A few requests long, and shorter than the time between two checks may be.
const AWAY_MS = 1_000

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`)
    await sleep(POLL_MS)
  }
}

function doneRows({ db }: TestStudy): number {
  return db.$client.prepare('select coalesce(sum(done), 0) from run_cells').pluck().get() as number
}

/** Returns every value of a run that is there, as a line of cell, output, row, status and bytes. */
function valuesOf({ db }: TestStudy, runNo: number): string[] {
  const chunks = db.$client
    .prepare(
      `select cell_no || '/' || output as key, chunk, row_count as rows, "values" as bytes, status from column_chunks
       where run_no = ? and output <> ? order by key, chunk`,
    )
    .all(runNo, ROW_OUTPUT) as {
    key: string
    chunk: number
    rows: number
    bytes: Buffer
    status: Buffer
  }[]
  return chunks.flatMap(({ key, chunk, rows, bytes, status }) => {
    const width = bytes.length / rows
    return Array.from({ length: rows }, (_, i) => i)
      .filter((i) => status[i] !== PENDING)
      .map((i) => {
        const value = bytes.subarray(i * width, (i + 1) * width).toString('hex')
        return `${key} ${chunk * CHUNK_ROWS + i} ${status[i]} ${value}`
      })
  })
}

/** A study whose losses a server computes, with a worker process that works on it. */
class Scene {
  readonly server = new FaultyServer()
  readonly study: TestStudy
  private worker: ChildProcess | null = null
  jobId = ''

  constructor(rows: number) {
    this.study = testStudy(rows)
  }

  async start(salt: number): Promise<void> {
    this.server.serve(salt)
    await this.server.start()
    const config = { baseUrl: this.server.url, model: 'NAME', concurrency: 2 }
    const row = { id: 'server', kind: 'vllm', label: 'Server', config, createdAt: 2 }
    this.study.db.insert(backends).values(row).run()
    this.startWorker()
    requestProbe(this.study.db, row.id)
    const tested = this.study.db.$client
      .prepare('select probed_at is not null from backends where id = ?')
      .pluck()
    await until('the test of the backend', () => tested.get(row.id) === 1)
    this.server.latencyMs = LATENCY_MS
    this.request()
  }

  /** Asks for the losses of all rows, as a person does. */
  request(): void {
    const wanted = { metrics: [{ metric: 'loss' }], backends: { loss: 'server' } }
    const { jobs } = startRuns(this.study, this.study.studyId, computeRequestSchema.parse(wanted))
    this.jobId = jobs[0]?.id ?? ''
  }

  startWorker(): void {
    this.worker = spawnWorker(this.study)
  }

  async killWorker(): Promise<void> {
    this.worker?.kill('SIGKILL')
    if (this.worker) await ended(this.worker)
  }

  get job() {
    return getJob(this.study.db, this.jobId)
  }

  /** Waits until the job stands still: ended, or paused for a reason that needs a person. */
  async untilSettled(): Promise<void> {
    const passes = () => ['backend_down', 'disk_full'].includes(this.job.hold?.reason ?? '')
    await until('the job to stand still', () => {
      const { state } = this.job
      return state !== 'queued' && state !== 'running' && !(state === 'paused' && passes())
    })
  }

  /** Puts another model in place of the one that answers. */
  async replace(swap: Swap, salt: number): Promise<void> {
    if (swap === 'without a word' || swap === 'there and back') {
      this.server.serve(salt)
      return
    }
    if (swap === 'restart of both') await this.killWorker()
    await this.server.stop()
    this.server.serve(salt)
    await this.server.start()
    if (swap === 'restart of both') this.startWorker()
  }

  get cached(): string[] {
    return this.study.db.$client
      .prepare("select hex(key) || ' ' || hex(value) from request_cache order by key")
      .pluck()
      .all() as string[]
  }

  async close(): Promise<void> {
    if (this.worker) await stopWorker(this.worker)
    await this.server.stop()
    this.study.close()
  }
}

/** Returns the values and cached answers of an undisturbed run on the first or the other model. */
export async function calmRun(
  rows: number,
  which: 'first' | 'other',
): Promise<{ values: string[]; cached: string[] }> {
  const scene = new Scene(rows)
  try {
    await scene.start(which === 'first' ? FIRST : OTHER)
    await scene.untilSettled()
    return { values: valuesOf(scene.study, 1), cached: scene.cached }
  } finally {
    await scene.close()
  }
}

/**
 * Puts another model behind the same name and address while a worker process scores two cells of `rows` rows, resumes too
 * early, brings the first model back, resumes, and returns what is left.
 */
export async function swapRun(swap: Swap, rows: number): Promise<SwapResult> {
  const scene = new Scene(rows)
  const { study, server } = scene
  try {
    await scene.start(FIRST)
    await until('the first rows', () => doneRows(study) > 0)
    const doneAtSwap = doneRows(study)
    await scene.replace(swap, OTHER)
    if (swap === 'there and back') {
      await sleep(AWAY_MS)
      server.serve(FIRST)
    }
    await scene.untilSettled()
    const { hold, error } = scene.job
    const atPause = valuesOf(study, 1)
    let resumedTooEarly: string | null = null
    if (swap !== 'there and back') {
      resumeJob(study.db, scene.jobId)
      await scene.untilSettled()
      resumedTooEarly = `${scene.job.state}, ${scene.job.hold?.reason ?? 'no hold'}`
      await scene.replace(swap, FIRST)
    }
    // The first model may be back before its place was looked at a second time.
    if (scene.job.state === 'paused') resumeJob(study.db, scene.jobId)
    await scene.untilSettled()
    return {
      doneAtSwap,
      hold: hold?.reason ?? null,
      says: error ?? '',
      atPause,
      resumedTooEarly,
      state: scene.job.state,
      values: valuesOf(study, 1),
      cached: scene.cached,
    }
  } finally {
    await scene.close()
  }
}

/** Swaps models in mid-run, cancels the job, starts again on the other model, and returns the values of both runs. */
export async function swapAndStartAgain(
  rows: number,
): Promise<{ state: string; first: string[]; second: string[]; hashes: string[] }> {
  const scene = new Scene(rows)
  const { study } = scene
  try {
    await scene.start(FIRST)
    await until('the first rows', () => doneRows(study) > 0)
    await scene.replace('without a word', OTHER)
    await scene.untilSettled()
    requestCancel(study.db, scene.jobId)
    scene.request()
    await scene.untilSettled()
    return {
      state: scene.job.state,
      first: valuesOf(study, 1),
      second: valuesOf(study, 2),
      hashes: listRuns(study.db, study.studyId).map(({ definitionHash }) => definitionHash),
    }
  } finally {
    await scene.close()
  }
}
