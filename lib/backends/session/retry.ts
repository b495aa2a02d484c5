import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { SYSTEM_CLOCK, type Clock } from './clock'
import { failureOf } from './request-error'

/** Timing of retries, in milliseconds; tests pass small numbers. */
export interface RetryTiming {
  /** Upper end of the first random wait; doubles each time. */
  baseMs: number
  capMs: number
  /** Attempts in all for failures of kind `retry`. */
  attempts: number
  /** Longest time from a request's first failure until it is given up. */
  totalMs: number
  /** Poll interval while a server loads its model. */
  waitMs: number
}

// Six attempts over half a minute outlast a restart behind a proxy; ten minutes outlast the loading of a large model.
export const DEFAULT_TIMING: RetryTiming = {
  baseMs: 500,
  capMs: 30_000,
  attempts: 6,
  totalMs: 600_000,
  waitMs: 2_000,
}

// A server may ask for longer; two minutes is what a person watching a job accepts.
const RETRY_AFTER_CAP_MS = 120_000
// "Retry after 0 s" would otherwise be a busy loop that spends no attempt.
const RETRY_AFTER_FLOOR_MS = 100

/** Returns the wait that a server asked for within sensible bounds, in milliseconds; null when it asked for none. */
export function askedWait(retryAfterMs: number | undefined): number | null {
  if (retryAfterMs === undefined) return null
  return Math.min(RETRY_AFTER_CAP_MS, Math.max(RETRY_AFTER_FLOOR_MS, retryAfterMs))
}

/** Settings of `withRetry`. */
interface RetryOptions {
  signal?: AbortSignal | undefined
  timing?: RetryTiming
  clock?: Clock
  /** Uniform numbers in [0, 1). */
  random?: () => number
  /** Most retries of a failure whose input is suspected; the failure's own by default. */
  suspectRetries?: number
  /** Whether somebody else keeps the wait that a server asks for, so that another server can be asked meanwhile. */
  gated?: boolean
}

/**
 * Returns the result of `call`, repeating it by the failure's kind: `retry` with exponential back-off and full jitter;
 * `wait` at a fixed interval; a failure that names a wait (Retry-After) after that wait. The last two spend no attempt.
 * Other kinds are thrown at once, and the last failure when attempts or time run out.
 */
export async function withRetry<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, timing = DEFAULT_TIMING, clock = SYSTEM_CLOCK, random = Math.random } = options
  let failures = 0
  let firstFailure: number | null = null
  for (;;) {
    throwIfAborted(signal)
    try {
      return await call()
    } catch (error) {
      throwIfAborted(signal)
      const { kind, retryAfterMs, maxRetries } = failureOf(error)
      if (kind !== 'retry' && kind !== 'wait') throw asAppError(error)
      firstFailure ??= clock.now()
      const left = timing.totalMs - (clock.now() - firstFailure)
      if (left <= 0) throw asAppError(error)
      const asked = askedWait(retryAfterMs)
      let pause: number
      if (kind === 'wait') pause = Math.max(asked ?? 0, timing.waitMs)
      else if (asked !== null) pause = options.gated ? 0 : asked
      else {
        failures += 1
        const most = maxRetries === undefined ? Infinity : (options.suspectRetries ?? maxRetries)
        if (failures >= timing.attempts || failures > most) throw asAppError(error)
        pause = random() * Math.min(timing.capMs, timing.baseMs * 2 ** (failures - 1))
      }
      await clock.sleep(Math.min(pause, left), signal)
    }
  }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('internal', errorMessage(error), { cause: error })
}
