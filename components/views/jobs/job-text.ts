import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  plural,
} from '@/components/ui/format'
import type { HoldReason, Job, JobState } from '@/lib/contracts/job'
import { tokensOf, type Budget, type Cost } from '@/lib/contracts/meter'

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

const HOLD_LABEL: Record<HoldReason, string> = {
  budget: 'limit reached',
  backend_down: 'backend not reachable',
  model_changed: 'another model answers',
  bad_replies: 'implausible replies',
  disk_full: 'disk full',
}

/** The state of a job in words, with what it waits for or what was asked of it. */
export function stateText(job: Job): string {
  const label = STATE_LABEL[job.state]
  if (job.hold) return `${label}: ${HOLD_LABEL[job.hold.reason]}`
  return job.request ? `${label} (${job.request} requested)` : label
}

/** Names of the kinds of job; unknown ones are shown by their id. */
export const KIND_LABEL: Record<string, string> = {
  compute: 'Metrics',
  evolve: 'Evolution',
  import: 'Imports',
  'dry-run': 'Estimates',
  'try-prompt': 'Trials of prompts',
  probe: 'Probes',
  detect: 'Detections',
  'fetch-model': 'Model downloads',
  purge: 'Clean-up',
}

/** 0..1, or null while the total is unknown. */
export function jobShare(job: Job): number | null {
  if (job.state === 'succeeded') return 1
  return job.progress.total > 0 ? job.progress.done / job.progress.total : null
}

/** An amount with its currency; four decimals below 1. */
export function costText({ amount, currency }: Cost): string {
  return `${amount.toFixed(amount < 1 ? 4 : 2)} ${currency}`
}

/** A budget in words: "100,000 tokens, cost 2.00 USD". */
export function budgetText({ tokens, money, seconds }: Budget, currency: string | null): string {
  const parts: string[] = []
  if (tokens !== null) parts.push(plural(tokens, 'token'))
  if (money !== null) parts.push(`cost ${money.toFixed(2)} ${currency ?? ''}`.trim())
  if (seconds !== null) parts.push(`max runtime ${formatDuration(seconds * 1000)}`)
  return parts.join(', ')
}

/** Units a second with the unit: "31.2 rows/s". */
export function rateText(rate: number, unit: string): string {
  return unit === 'bytes' ? `${formatBytes(rate)}/s` : `${formatMetric(rate)} ${unit}/s`
}

/** Numbers of a job in words: done, rate, time left, failures, tokens, cost. */
export function jobFacts(job: Job): string {
  const { done, total, unit, ratePerSecond, etaMs, failed, meter, cost } = job.progress
  const facts: string[] = []
  if (total > 0) {
    facts.push(
      unit === 'bytes'
        ? `${formatBytes(done)} of ${formatBytes(total)}`
        : `${formatCount(done)} of ${formatCount(total)} ${unit}`,
    )
  }
  if (job.state === 'running') {
    if (ratePerSecond !== null) facts.push(rateText(ratePerSecond, unit))
    if (etaMs !== null) facts.push(`${formatDuration(etaMs)} left`)
  }
  if (failed > 0) facts.push(`${formatCount(failed)} without a value`)
  if (tokensOf(meter) > 0) facts.push(plural(tokensOf(meter), 'token'))
  if (cost) facts.push(costText(cost))
  if (meter.cachedRequests > 0) facts.push(`${formatCount(meter.cachedRequests)} from the cache`)
  if (job.startedAt !== null && job.finishedAt !== null) {
    facts.push(`took ${formatDuration(job.finishedAt - job.startedAt)}`)
  }
  return facts.join(' · ')
}
