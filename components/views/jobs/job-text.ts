import type { Job, JobState } from '@/lib/contracts/job'

export const STATE_COLOR: Record<JobState, string> = {
  queued: 'var(--ev-dim)',
  running: 'var(--ev-accent)',
  paused: 'var(--ev-warn)',
  succeeded: 'var(--ev-ok)',
  failed: 'var(--ev-error)',
  cancelled: 'var(--ev-dim)',
}

/** 0..1, or null while the total is unknown. */
export function jobShare(job: Job): number | null {
  if (job.state === 'succeeded') return 1
  return job.progress.total > 0 ? job.progress.done / job.progress.total : null
}
