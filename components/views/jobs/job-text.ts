import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  plural,
} from '@/components/ui/format'
import type { Job, JobState } from '@/lib/contracts/job'

export const STATE_LABEL: Record<JobState, string> = {
  queued: 'Waiting',
  running: 'Running',
  paused: 'Paused',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

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

/** Numbers of a job in words: done, rate, time left, failures, tokens. */
export function jobFacts(job: Job): string {
  const { done, total, unit, ratePerSecond, etaMs, failed, tokens, cached } = job.progress
  const facts: string[] = []
  const isBytes = unit === 'bytes'
  if (total > 0) {
    facts.push(
      isBytes
        ? `${formatBytes(done)} of ${formatBytes(total)}`
        : `${formatCount(done)} of ${formatCount(total)} ${unit}`,
    )
  }
  if (job.state === 'running') {
    if (ratePerSecond !== null) {
      facts.push(
        isBytes ? `${formatBytes(ratePerSecond)}/s` : `${formatMetric(ratePerSecond)} ${unit}/s`,
      )
    }
    if (etaMs !== null) facts.push(`${formatDuration(etaMs)} left`)
  }
  if (failed > 0) facts.push(`${formatCount(failed)} without a value`)
  if (tokens > 0) facts.push(plural(tokens, 'token'))
  if (cached > 0) facts.push(`${formatCount(cached)} from the cache`)
  if (job.startedAt !== null && job.finishedAt !== null) {
    facts.push(`took ${formatDuration(job.finishedAt - job.startedAt)}`)
  }
  return facts.join(' · ')
}
