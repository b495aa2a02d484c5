import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import type { HoldReason, Job } from '@/lib/contracts/job'
import { AppError, ERROR_CODES } from '@/lib/errors'
import { getJob, requestCancel } from '@/lib/queue/queue'
import type { ServiceContext } from '@/lib/services/context'
import { workerState } from '@/lib/services/system'
import { jobFacts } from '@/lib/contracts/job-text'
import { endLine, say, sayAgain } from './output'

const ENDED = new Set(['succeeded', 'failed', 'cancelled'])
// A job that waits for these goes on by itself; any other pause needs a person.
const GOES_ON: readonly HoldReason[] = ['backend_down', 'disk_full']
// Often enough for a progress line, rare enough to cost nothing.
const POLL_MS = 400
// A job may end its worker twice before it is given up; more deaths than this are no job's fault.
const MOST_DEATHS = 6
const DIES =
  'The worker ends again and again. The lines above say why; "npm start" checks the machine.'

/** Starts a worker unless one serves this data folder already. */
function ensureWorker(context: ServiceContext): ChildProcess | null {
  if (workerState(context).alive) return null
  const entry = path.join(process.cwd(), 'lib', 'worker', 'main.ts')
  return spawn(process.execPath, ['--import', 'tsx', entry], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' },
  })
}

function progressText(job: Job): string {
  const held = job.state === 'paused' || job.state === 'queued' ? job.error : null
  return held === null
    ? `${job.progress.phase}: ${jobFacts(job, { requests: true })}`
    : `${job.state}: ${held}`
}

function isOver(job: Job): boolean {
  if (job.state !== 'paused') return ENDED.has(job.state)
  return job.hold === null || !GOES_ON.includes(job.hold.reason)
}

/** The error that tells how a job ended, for the exit code. */
function endError(job: Job): AppError {
  if (job.state === 'paused') {
    const pause = job.hold?.reason ?? 'user'
    const why = job.error ?? `The job "${job.title}" was paused.`
    return new AppError('conflict', `${why} (jobs resume ${job.id})`, { details: { pause } })
  }
  const code = ERROR_CODES.find((known) => known === job.errorCode)
  return new AppError(
    job.state === 'cancelled' ? 'cancelled' : (code ?? 'data_error'),
    job.error ?? `The job "${job.title}" ended as ${job.state}.`,
  )
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function stopWorker(child: ChildProcess | null): Promise<void> {
  if (!child || hasEnded(child)) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill('SIGTERM')
  })
}

/**
 * Follows jobs to their end with a progress line, running a worker where none runs; returns them as they ended.
 * Ctrl-C cancels them. Throws the first failure, with the job's own error code; a pause that needs a person counts as
 * one, a wait for a backend that is down does not. `onTick` sees each job as often as it is looked at.
 */
export async function followJobs(
  context: ServiceContext,
  ids: readonly string[],
  quiet: boolean,
  onTick?: (job: Job) => void,
): Promise<Job[]> {
  let worker = ensureWorker(context)
  let deaths = 0
  const cancel = () => {
    for (const id of ids)
      if (!ENDED.has(getJob(context.db, id).state)) requestCancel(context.db, id)
  }
  process.on('SIGINT', cancel)
  try {
    const ended: Job[] = []
    for (const id of ids) {
      let job = getJob(context.db, id)
      while (!isOver(job)) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        // A worker of ours that died (it ends itself when a job does not stop) is followed by another.
        if (worker && hasEnded(worker)) {
          deaths += 1
          if (deaths > MOST_DEATHS) throw new AppError('internal', DIES)
          worker = ensureWorker(context)
        }
        job = getJob(context.db, id)
        onTick?.(job)
        if (!quiet) sayAgain('Job', progressText(job))
      }
      endLine()
      if (!quiet) say(job.state === 'succeeded' ? 'Done' : 'Ended', `${job.title} (${job.state})`)
      ended.push(job)
    }
    const broken = ended.find((job) => job.state !== 'succeeded')
    if (broken) throw endError(broken)
    return ended
  } finally {
    process.removeListener('SIGINT', cancel)
    await stopWorker(worker)
  }
}

/**
 * Follows one job that asks a server who it is or what it can do, and returns it. What goes wrong there is the server's
 * doing, a missing key included: `backend_unavailable`, since for scripts it is not a bad answer in a file.
 */
export async function followAsked(
  context: ServiceContext,
  id: string,
  quiet: boolean,
  onTick?: (job: Job) => void,
): Promise<Job> {
  try {
    const [ended] = await followJobs(context, [id], quiet, onTick)
    return ended as Job
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'data_error') throw error
    throw new AppError('backend_unavailable', error.message, { cause: error })
  }
}
