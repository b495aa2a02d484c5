import type { Job } from '@/lib/contracts/job'
import { tokensOf } from '@/lib/contracts/meter'
import { duration } from './output'

const whole = (value: number) => Math.round(value).toLocaleString('en-GB')

/** Returns the numbers of a job in one line: done, speed, time left, requests, failures, tokens, cost. */
export function jobFacts({ state, progress }: Job): string {
  const { done, total, unit, meter, cost, requestErrors } = progress
  const parts = [`${whole(done)} of ${whole(total)} ${unit}`]
  if (progress.ratePerSecond !== null) {
    const rate = progress.ratePerSecond
    parts.push(`${rate < 10 ? rate.toFixed(1) : whole(rate)} ${unit}/s`)
  }
  if (progress.tokensPerSecond) parts.push(`${whole(progress.tokensPerSecond)} tokens/s`)
  if (state === 'running' && progress.inFlight + progress.waiting > 0) {
    parts.push(`${progress.inFlight} in flight, ${progress.waiting} waiting`)
  }
  if (meter.retries > 0) parts.push(`${whole(meter.retries)} retries`)
  const failing = Object.entries(requestErrors).map(([reason, { count }]) => `${reason} ${count}`)
  if (failing.length > 0) parts.push(`requests failed: ${failing.join(', ')}`)
  if (progress.failed > 0) parts.push(`${whole(progress.failed)} without a value`)
  if (tokensOf(meter) > 0) parts.push(`${whole(tokensOf(meter))} tokens`)
  if (meter.cachedRequests > 0) parts.push(`${whole(meter.cachedRequests)} from the cache`)
  if (cost) parts.push(`${cost.amount.toFixed(4)} ${cost.currency}`)
  if (progress.etaMs !== null) parts.push(`${duration(progress.etaMs)} left`)
  return parts.join(', ')
}
