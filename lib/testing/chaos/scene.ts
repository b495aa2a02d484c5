import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { workerState } from '@/lib/services/system'
import { createRandom } from '@/lib/stats/random'
import { ended, openJobs, spawnWorker, stopWorker } from './run'
import { getJob } from '@/lib/queue/queue'
import type { TestStudy } from '../job-study'

/** What a scene works on: a study in a folder of its own, and the job that is disturbed. */
export interface Stage {
  study: TestStudy
  jobId: string
  /** Whether there is more to do, where one job queues others. */
  isOpen?(): boolean
  /** Further environment of the worker. */
  env?: Record<string, string>
  close(): Promise<void> | void
}

/** A kind of job with the state that it must leave behind, whatever happens to its worker. */
export interface Scene {
  name: string
  /** A kill comes at most this long after the job was seen running, in milliseconds: about as long as the job takes. */
  spreadMs: number
  /** `isCalm`: nothing is to go wrong. */
  prepare(isCalm: boolean): Promise<Stage>
  /** Returns everything that must be equal with and without kills: no ids, no times. */
  snapshot(stage: Stage): string[]
}

/** What came of a scene. */
export interface SceneResult {
  snapshot: string[]
  state: string
  error: string | null
  /** Kills that came before the job had ended. */
  kills: number
  seconds: number
}

const POLL_MS = 5
// A busy machine needs this long to start a worker.
const START_MS = 30_000
// Every third kill comes at any moment from the start on, so that recovery and start-up are hit, too.
const EARLY_EVERY = 3
const EARLY_MS = 3_000

/** Whether this worker has begun to work: its heartbeat stands in the database. */
function isTaken(study: TestStudy, worker: ChildProcess): boolean {
  return workerState(study).pid === worker.pid
}

/** Runs a scene with so many kills at random moments, then to its end, and returns what it left behind. */
export async function runScene(
  scene: Scene,
  options: { kills: number; seed: number; limitMs: number },
): Promise<SceneResult> {
  const started = Date.now()
  const random = createRandom(options.seed)
  const stage = await scene.prepare(options.kills === 0)
  const { study, jobId, env } = stage
  const job = () => getJob(study.db, jobId)
  const isOpen = stage.isOpen ?? (() => openJobs(study, [jobId]).length > 0)
  let kills = 0
  try {
    while (kills < options.kills && isOpen()) {
      const worker = spawnWorker(study, env)
      const since = Date.now()
      if (kills % EARLY_EVERY === EARLY_EVERY - 1) await sleep(random.below(EARLY_MS))
      else {
        // A job of a dead worker is still "running" until the next one has found it.
        while (!isTaken(study, worker) && Date.now() - since < START_MS) await sleep(POLL_MS)
        await sleep(random.below(scene.spreadMs))
      }
      const open = isOpen()
      worker.kill('SIGKILL')
      await ended(worker)
      if (open) kills += 1
    }
    const last = spawnWorker(study, env)
    while (isOpen() && Date.now() - started < options.limitMs) await sleep(POLL_MS)
    const { state, error } = job()
    await stopWorker(last)
    const seconds = (Date.now() - started) / 1000
    return { snapshot: scene.snapshot(stage), state, error, kills, seconds }
  } finally {
    await stage.close()
  }
}
