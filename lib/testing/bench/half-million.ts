import fs from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import { testStudy } from '@/lib/testing/job-study'
import { actOnJob, getJobDetail, listJobs } from '@/lib/services/jobs'
import { addStub, queueScoring, runWorker, startStub, type Stub } from './scoring-setup'

// The paper's whole collection of rows.
const ROWS = 476_868
// Where the job is cancelled once: it has got going, and most of the work is left.
const CANCEL_SHARE = 0.1
// Memory rises and falls with garbage, so the peaks of the two halves are compared.
const HALF = 0.5

/** What a study of half a million rows costs while it is scored. */
export interface HalfMillionBench {
  rows: number
  queueMs: number
  /** Looks at the job and at the list of jobs while the worker wrote: what 99 of 100 stayed under, and the slowest. */
  progressMs: number
  slowestMs: number
  cancelMs: number
  retryMs: number
  /** Largest resident memory of the worker, in MB. */
  peakMb: number
  /** Its peak in the second half of the rows over that in the first. */
  growth: number
  rowsPerSecond: number
}

/** Resident memory in MB; null where the system has no /proc. */
function residentMb(child: ChildProcess): number | null {
  try {
    const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024
  } catch {
    return null
  }
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Scores a large study over HTTP, looks at it meanwhile as pages do, cancels it once and lets it go on. */
export async function benchHalfMillion(rows = ROWS): Promise<HalfMillionBench> {
  const study = testStudy(rows / 2)
  let stub: Stub | null = null
  try {
    stub = await startStub()
    addStub(study, stub)
    let id = ''
    const queueMs = timed(() => {
      id = queueScoring(study).id
    })
    const looks: number[] = []
    let cancelMs = -1
    let peakMb = 0
    let firstMb = 0
    let secondMb = 0
    const look = (done: number, worker: ChildProcess) => {
      looks.push(
        timed(() => getJobDetail(study.db, id)),
        timed(() => listJobs(study.db)),
      )
      const mb = residentMb(worker) ?? 0
      peakMb = Math.max(peakMb, mb)
      if (done < rows * HALF) firstMb = Math.max(firstMb, mb)
      else secondMb = Math.max(secondMb, mb)
    }
    // Cancelled, then queued again: rows that are done stay done.
    await runWorker(study, id, (job, worker) => {
      look(job.progress.done, worker)
      if (cancelMs < 0 && job.progress.done > rows * CANCEL_SHARE) {
        cancelMs = timed(() => actOnJob(study.db, id, 'cancel'))
      }
    }).catch((error: unknown) => {
      if (getJobDetail(study.db, id).job.state !== 'cancelled') throw error
    })
    const retryMs = timed(() => actOnJob(study.db, id, 'retry'))
    const job = await runWorker(study, id, ({ progress }, worker) => look(progress.done, worker))
    looks.sort((a, b) => a - b)
    const { done, failed, activeMs } = job.progress
    if (done !== rows) throw new Error(`${done} of ${rows} rows were done.`)
    if (failed > rows / 5) throw new Error(`${failed} rows have no value.`)
    return {
      rows,
      queueMs,
      progressMs: looks[Math.floor(looks.length * 0.99)] ?? 0,
      slowestMs: looks.at(-1) ?? 0,
      cancelMs,
      retryMs,
      peakMb,
      growth: firstMb > 0 ? secondMb / firstMb : 1,
      rowsPerSecond: (1000 * rows) / activeMs,
    }
  } finally {
    stub?.child.kill()
    study.close()
  }
}
