import { formatBytes, formatCount, formatDuration, formatMetric, plural } from './format'
import type { HoldReason, Job, JobState } from './job'
import { tokensOf, type Budget, type Cost } from './meter'

const STATE_LABEL: Record<JobState, string> = {
  queued: 'Waiting',
  running: 'Running',
  paused: 'Paused',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

const HOLD_LABEL: Record<HoldReason, string> = {
  budget: 'limit reached',
  backend_down: 'backend not reachable',
  model_changed: 'another model answers',
  bad_replies: 'implausible replies',
  disk_full: 'disk full',
}

/** Returns the state of a job in words, with what it waits for or what was asked of it. */
export function stateText(job: Job): string {
  const label = STATE_LABEL[job.state]
  if (job.hold) return `${label}: ${HOLD_LABEL[job.hold.reason]}`
  return job.request ? `${label} (${job.request} requested)` : label
}

/** Every kind of job (lib/queue/kinds.ts) and the name under which lists offer it. */
export const KIND_LABEL = {
  compute: 'Metrics',
  respond: 'Responses',
  stage: 'Experiments',
  'plan-trial': 'Trials of plans',
  import: 'Imports',
  align: 'Alignments',
  'dry-run': 'Estimates',
  'try-prompt': 'Trials of prompts',
  probe: 'Probes',
  detect: 'Detections',
  'fetch-model': 'Model downloads',
  'fetch-dataset': 'Data set downloads',
  backup: 'Backups',
  'open-backup': 'Opened backups',
  merge: 'Merges',
  purge: 'Clean-up',
  'index-texts': 'Indexing',
  'embed-text': 'Embedded texts',
  export: 'Exports',
  'count-tokens': 'Token counts',
  'lay-out': 'Maps',
}

/** Returns an amount with its currency; four decimals below 1. */
export function costText({ amount, currency }: Cost): string {
  return `${amount.toFixed(amount < 1 ? 4 : 2)} ${currency}`
}

/** Returns a budget in words: "100,000 tokens, cost 2.00 USD". */
export function budgetText({ tokens, money, seconds }: Budget, currency: string | null): string {
  const parts: string[] = []
  if (tokens !== null) parts.push(plural(tokens, 'token'))
  if (money !== null) parts.push(`cost ${money.toFixed(2)} ${currency ?? ''}`.trim())
  if (seconds !== null) parts.push(`max runtime ${formatDuration(seconds * 1000)}`)
  return parts.join(', ')
}

/** Returns units a second with the unit: "31.2 rows/s". */
export function rateText(rate: number, unit: string): string {
  return unit === 'bytes' ? `${formatBytes(rate)}/s` : `${formatMetric(rate)} ${unit}/s`
}

/** Returns the numbers of a job in one line: done, speed, time left, failures, tokens, cost; and its requests, unless they stand elsewhere. */
export function jobFacts(job: Job, options: { requests?: boolean } = {}): string {
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
  if (options.requests) facts.push(...requestFacts(job))
  if (failed > 0) facts.push(`${formatCount(failed)} without a value`)
  if (tokensOf(meter) > 0) facts.push(plural(tokensOf(meter), 'token'))
  if (cost) facts.push(costText(cost))
  if (meter.cachedRequests > 0) facts.push(`${formatCount(meter.cachedRequests)} from the cache`)
  if (job.startedAt !== null && job.finishedAt !== null) {
    facts.push(`took ${formatDuration(job.finishedAt - job.startedAt)}`)
  }
  return facts.join(' · ')
}

function requestFacts({ state, progress }: Job): string[] {
  const { tokensPerSecond, inFlight, waiting, meter, requestErrors } = progress
  const facts: string[] = []
  if (tokensPerSecond) facts.push(rateText(tokensPerSecond, 'tokens'))
  if (state === 'running' && inFlight + waiting > 0) {
    facts.push(`${inFlight} in flight, ${waiting} waiting`)
  }
  if (meter.retries > 0) facts.push(`${formatCount(meter.retries)} retried`)
  const failing = Object.entries(requestErrors).map(([reason, { count }]) => `${reason} ${count}`)
  if (failing.length > 0) facts.push(`requests failed: ${failing.join(', ')}`)
  return facts
}
