import { setMaxListeners } from 'node:events'
import { inTransaction, type Db } from '@/db/client'
import { SYSTEM_CLOCK, type Clock } from '@/lib/backends/session/clock'
import { failureKind } from '@/lib/backends/session/request-error'
import type { Config } from '@/lib/config'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import { log, redactText } from '@/lib/log'
import { getBackendRow } from '@/lib/services/backends'
import { pricesOf } from '@/lib/services/runs/prices'
import type { BackendPool } from './backend-pool'
import { diskFullMessage, isDiskFull } from './disk-full'
import { JobMeter } from './job-meter'
import { fail, finish, pauseItself, release, saveProgress } from '@/lib/queue/leases'
import { pauseReasonOf } from './pause'
import { parsePayload } from '@/lib/queue/kinds'
import { addEvent, type JobRow } from '@/lib/queue/queue'
import type { WorkerContext, JobKind, MeteredSession } from './types'

// Pages poll once a second or so; writing more often only costs transactions.
const PROGRESS_MS = 500

/** Why a running job is stopped. */
export type StopReason = 'cancel' | 'pause' | 'shutdown' | 'lost'

// A full disk is looked at again this often by a job that cannot even write its end.
const ROOM_MS = 2_000
// Signal reason of a job that stops itself because its time is used up; the meter says so in words.
const OVER_TIME = 'over time'

/** What a job runs in. */
export interface JobSurroundings {
  db: Db
  config: Config
  pool: BackendPool
  owner: string
  /** For tests. */
  clock?: Clock
}

const AFTER_STOP = { cancel: 'cancelled', pause: 'paused', shutdown: 'queued' } as const

function lost(): never {
  throw new AppError('cancelled', 'The job was taken over by another worker.')
}

/**
 * Runs one claimed job to its end and writes how it ended. Never throws: what a handler throws becomes the job's error,
 * or, after a stop, the state that the stop asked for.
 */
export async function runJob(
  around: JobSurroundings,
  kind: JobKind,
  row: JobRow,
  stopped: AbortSignal,
): Promise<void> {
  const { db, config, pool, owner } = around
  const meter = new JobMeter({ progress: row.progress, budget: row.budget })
  const own = new AbortController()
  const signal = AbortSignal.any([stopped, own.signal])
  // Every request in flight listens for the stop; that is no leak.
  setMaxListeners(0, signal)
  const sessions: MeteredSession[] = []
  let { progress } = row
  let dirty = false
  const write = () => {
    dirty = false
    const before = progress.requestErrors ?? {}
    progress = { ...progress, ...meter.progress() }
    for (const [reason, { example }] of Object.entries(progress.requestErrors)) {
      if (!before[reason]) event('warn', `Requests fail with "${reason}": ${example}`)
    }
    if (!saveProgress(db, row.no, owner, progress)) lost()
  }
  const timer = setInterval(() => {
    if (signal.aborted) return
    meter.sample()
    // Requests are guarded one by one; arithmetic that sends none is stopped here.
    if (meter.overTime() !== null && !meter.active) own.abort(OVER_TIME)
    if (!dirty && !meter.active) return
    try {
      write()
    } catch (error) {
      log().warn({ err: error, job: row.id }, 'progress could not be written')
    }
  }, PROGRESS_MS)
  const event = (level: 'info' | 'warn' | 'error', message: string) =>
    addEvent(db, row.no, level, redactText(message))
  const context: WorkerContext = {
    db,
    config,
    job: { no: row.no, id: row.id, studyId: row.studyId, attempts: row.attempts },
    signal,
    log: event,
    progress(patch) {
      progress = { ...progress, ...patch }
      dirty = true
    },
    commit(work) {
      inTransaction(db, () => {
        work()
        write()
      })
    },
    async openBackend(id, options) {
      const onNotice = (message: string) => event('warn', message)
      const session = await pool.open(id, signal, { ...options, guard: meter.guard, onNotice })
      sessions.push(session)
      meter.add(session, pricesOf(getBackendRow(db, id)))
      return session
    },
  }
  try {
    const payload = parsePayload(kind, row.payload)
    const result = await kind.run(context, payload)
    // What a job leaves in its result is of the backends' models as well.
    for (const session of sessions) await session.confirm(signal)
    progress = { ...progress, phase: 'Done' }
    inTransaction(db, () => {
      progress = atRest({ ...progress, ...meter.progress() })
      if (!saveProgress(db, row.no, owner, progress)) lost()
      finish(db, row.no, owner, result ?? null)
    })
  } catch (error) {
    const reached = signal.reason === OVER_TIME ? meter.overTime() : null
    const cause = reached === null ? error : meter.error(reached)
    clearInterval(timer)
    const last = { ...progress, ...meter.progress() }
    await whenThereIsRoom(around, stopped, () =>
      endWithoutSuccess(around, row, stopped, cause, last),
    )
  } finally {
    clearInterval(timer)
    for (const session of sessions) await session.close()
  }
}

/** Speeds and queues mean nothing once a job stands still. */
function atRest(progress: JobRow['progress']): JobRow['progress'] {
  return {
    ...progress,
    ratePerSecond: null,
    etaMs: null,
    tokensPerSecond: null,
    inFlight: 0,
    waiting: 0,
  }
}

/**
 * Writes a job's end as soon as the disk takes it: until then the job stays this worker's, so that it neither runs twice
 * nor looks as if it ran on. A worker that stops leaves it to the next, as after a crash.
 */
async function whenThereIsRoom(
  { clock = SYSTEM_CLOCK, config }: JobSurroundings,
  stopped: AbortSignal,
  write: () => void,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      write()
      return
    } catch (error) {
      if (!isDiskFull(error) || stopped.reason === 'shutdown') throw error
      if (tries === 0) log().error({ err: error }, diskFullMessage(config.dataDir))
      await clock.sleep(ROOM_MS)
    }
  }
}

function endWithoutSuccess(
  { db, owner, config }: JobSurroundings,
  row: JobRow,
  signal: AbortSignal,
  error: unknown,
  progress: JobRow['progress'],
): void {
  const reason = signal.aborted ? (signal.reason as StopReason) : null
  inTransaction(db, () => {
    saveProgress(db, row.no, owner, atRest(progress))
    if (reason === 'lost') return
    if (reason !== null) {
      release(db, row.no, owner, AFTER_STOP[reason])
      return
    }
    const pause = isDiskFull(error) ? 'disk_full' : pauseReasonOf(error)
    if (pause !== null) {
      const text = pause === 'disk_full' ? diskFullMessage(config.dataDir) : errorMessage(error)
      const backendId = error instanceof AppError ? error.details?.backendId : null
      pauseItself(db, row.no, owner, {
        reason: pause,
        message: redactText(text),
        backendId: typeof backendId === 'string' ? backendId : null,
      })
      return
    }
    const code = errorCode(error)
    if (code === 'internal')
      log().error({ err: error, job: row.id, kind: row.kind }, 'a job failed')
    // What fails for every row fails the next time as well.
    const final = failureKind(error) === 'config'
    fail(db, row.no, owner, { code, message: redactText(errorMessage(error)), final })
  })
}
