import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { spawnWorker, stopWorker } from '@/lib/testing/chaos/run'
import { testStudy } from '@/lib/testing/job-study'
import { listMeasured } from '@/lib/metrics'
import { startRuns } from '@/lib/services/runs/compute'
import { listJobs } from '@/lib/services/jobs'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { systemInfo } from '@/lib/services/system'

// Ticks of the delay histogram; a delay is known to this many milliseconds.
const RESOLUTION_MS = 5
// Somebody has the jobs page and a study open in two tabs.
const READ_EVERY_MS = 250

/** How long the event loop of a web-like process was held up while the worker computed. */
export interface WebLatency {
  seconds: number
  /** Longest hold-up. The bar is 50 ms. */
  maxBlockedMs: number
  p99BlockedMs: number
  /** Longest of the reads that pages make. */
  maxReadMs: number
  reads: number
  rowsComputed: number
}

/**
 * Returns the hold-ups of this process's event loop while a worker process computes every metric of `rows` x 2 rows on
 * the fake backend (all arithmetic, no waiting) and this process reads what open pages read.
 */
export async function measureWebLatency(
  options: { rows?: number; seconds?: number } = {},
): Promise<WebLatency> {
  const { rows = 4_000, seconds = 15 } = options
  const study = testStudy(rows)
  const { db, studyId } = study
  const known = listMeasured().map((metric) => metric.id)
  startRuns(
    study,
    studyId,
    computeRequestSchema.parse({
      metrics: known.map((metric) => ({ metric })),
      backends: Object.fromEntries(known.map((id) => [id, 'fake'])),
    }),
  )
  const done = db.$client.prepare('select coalesce(sum(done), 0) from run_cells').pluck()
  const worker = spawnWorker(study)
  try {
    while ((done.get() as number) === 0) await sleep(50)
    const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    loop.enable()
    const start = performance.now()
    let reads = 0
    let maxReadMs = 0
    const active = () => listJobs(db, { states: ['queued', 'running'] }).length > 0
    while (performance.now() - start < seconds * 1000 && active()) {
      for (const read of [
        () => listJobs(db),
        () => getStudyDetail(db, studyId),
        () => systemInfo(study),
      ]) {
        const before = performance.now()
        read()
        maxReadMs = Math.max(maxReadMs, performance.now() - before)
        reads += 1
        await sleep(0)
      }
      await sleep(READ_EVERY_MS)
    }
    loop.disable()
    const blocked = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
    return {
      seconds: (performance.now() - start) / 1000,
      maxBlockedMs: blocked(loop.max),
      p99BlockedMs: blocked(loop.percentile(99)),
      maxReadMs,
      reads,
      rowsComputed: done.get() as number,
    }
  } finally {
    await stopWorker(worker)
    study.close()
  }
}
