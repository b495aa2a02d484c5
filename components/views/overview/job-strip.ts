import type { Job } from '@/lib/contracts/job'

interface JobStrip {
  /** The job to name: one that needs a person, else the one that runs, else the next. */
  shown: Job
  /** Units done of all jobs in 0..1; null while no total is known. */
  share: number | null
  /** A job that waits for something and says for what. */
  held: Job | null
}

/** Sums up the jobs of a study in one line. There is at least one. */
export function stripOf(jobs: readonly Job[]): JobStrip {
  const held = jobs.find((job) => job.state === 'paused' && job.error !== null) ?? null
  const running = jobs.find((job) => job.state === 'running')
  // The list has the newest first, and the oldest waits at the front of the queue.
  const shown = held ?? running ?? (jobs.at(-1) as Job)
  const shares = jobs.flatMap(({ progress }) =>
    progress.total > 0 ? [Math.min(1, progress.done / progress.total)] : [],
  )
  return {
    shown,
    held,
    // Jobs count alike: their units differ (rows, bytes), so sums over units would say nothing.
    share: shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / jobs.length,
  }
}
