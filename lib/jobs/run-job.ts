import { setMaxListeners } from 'node:events'
import type { Db } from '@/db/client'
import type { Config } from '@/lib/config'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import { log, redactText } from '@/lib/log'
import type { BackendPool } from './backend-pool'
import { fail, finish, release, saveProgress } from './leases'
import { addEvent, type JobRow } from './queue'
import type { JobContext, JobKind } from './types'

// Pages poll once a second or so; writing more often only costs transactions.
const PROGRESS_MS = 500

/** Why a running job is stopped. */
export type StopReason = 'cancel' | 'pause' | 'shutdown' | 'lost'

/** What a job runs in. */
export interface JobSurroundings {
  db: Db
  config: Config
  pool: BackendPool
  owner: string
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
  signal: AbortSignal,
): Promise<void> {
  const { db, config, pool, owner } = around
  // Every request in flight listens for the stop; that is no leak.
  setMaxListeners(0, signal)
  let { progress } = row
  let dirty = false
  const write = () => {
    dirty = false
    if (!saveProgress(db, row.no, owner, progress)) lost()
  }
  const timer = setInterval(() => {
    if (!dirty || signal.aborted) return
    try {
      write()
    } catch (error) {
      log().warn({ err: error, job: row.id }, 'progress could not be written')
    }
  }, PROGRESS_MS)
  const event = (level: 'info' | 'warn' | 'error', message: string) =>
    addEvent(db, row.no, level, redactText(message))
  const context: JobContext = {
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
      db.transaction(
        () => {
          work()
          write()
        },
        { behavior: 'immediate' },
      )
    },
    openBackend: (id, options) => pool.open(id, signal, options),
  }
  try {
    const payload = kind.payload.parse(row.payload)
    const result = await kind.run(context, payload)
    progress = { ...progress, phase: 'Done', etaMs: null }
    db.transaction(
      () => {
        write()
        finish(db, row.no, owner, result ?? null)
      },
      { behavior: 'immediate' },
    )
  } catch (error) {
    endBadly(around, row, signal, error, progress)
  } finally {
    clearInterval(timer)
  }
}

function endBadly(
  { db, owner }: JobSurroundings,
  row: JobRow,
  signal: AbortSignal,
  error: unknown,
  progress: JobRow['progress'],
): void {
  const reason = signal.aborted ? (signal.reason as StopReason) : null
  db.transaction(
    () => {
      saveProgress(db, row.no, owner, { ...progress, ratePerSecond: null, etaMs: null })
      if (reason === 'lost') return
      if (reason !== null) {
        release(db, row.no, owner, AFTER_STOP[reason])
        return
      }
      const code = errorCode(error)
      if (code === 'internal')
        log().error({ err: error, job: row.id, kind: row.kind }, 'a job failed')
      fail(db, row.no, owner, { code, message: redactText(errorMessage(error)) })
    },
    { behavior: 'immediate' },
  )
}
