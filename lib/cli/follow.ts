import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { getJob, requestCancel } from '@/lib/jobs/queue'
import type { ServiceContext } from '@/lib/services/context'
import { workerState } from '@/lib/services/system'
import { duration, endLine, say, sayAgain } from './output'

const ENDED = new Set(['succeeded', 'failed', 'cancelled'])
// Often enough for a progress line, rare enough to cost nothing.
const POLL_MS = 400

/** Starts a worker for as long as the command runs, unless one serves this data folder already. */
function ensureWorker(context: ServiceContext): ChildProcess | null {
  if (workerState(context.db).alive) return null
  const entry = path.join(process.cwd(), 'lib', 'jobs', 'worker.ts')
  return spawn(process.execPath, ['--import', 'tsx', entry], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' },
  })
}

function progressText(job: Job): string {
  const { done, total, unit, phase, ratePerSecond, etaMs, failed } = job.progress
  const parts = [`${done} of ${total} ${unit}`]
  if (ratePerSecond !== null) parts.push(`${ratePerSecond.toFixed(1)} ${unit}/s`)
  if (etaMs !== null) parts.push(`${duration(etaMs)} left`)
  if (failed > 0) parts.push(`${failed} failed`)
  return `${phase}: ${parts.join(', ')}`
}

function stopWorker(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill('SIGTERM')
  })
}

/**
 * Follows jobs to their end with a progress line, running a worker where none runs; returns them as they ended.
 * Ctrl-C cancels them. Throws the first failure.
 */
export async function followJobs(
  context: ServiceContext,
  ids: readonly string[],
  quiet: boolean,
): Promise<Job[]> {
  const worker = ensureWorker(context)
  const cancel = () => {
    for (const id of ids)
      if (!ENDED.has(getJob(context.db, id).state)) requestCancel(context.db, id)
  }
  process.on('SIGINT', cancel)
  try {
    const ended: Job[] = []
    for (const id of ids) {
      let job = getJob(context.db, id)
      while (!ENDED.has(job.state)) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        job = getJob(context.db, id)
        if (!quiet) sayAgain('Job', progressText(job))
      }
      endLine()
      if (!quiet) say(job.state === 'succeeded' ? 'Done' : 'Ended', `${job.title} (${job.state})`)
      ended.push(job)
    }
    const broken = ended.find((job) => job.state !== 'succeeded')
    if (broken) {
      const code = broken.state === 'cancelled' ? 'cancelled' : 'data_error'
      throw new AppError(
        code,
        broken.error ?? `The job "${broken.title}" ended as ${broken.state}.`,
      )
    }
    return ended
  } finally {
    process.removeListener('SIGINT', cancel)
    await stopWorker(worker)
  }
}
