import { setTimeout as sleep } from 'node:timers/promises'
import pRetry from 'p-retry'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { failureKind, failureNumber } from './request-error'

/** Timing of retries, in milliseconds; tests pass small numbers. */
export interface RetryTiming {
  /** First wait; doubles each time, with jitter. */
  baseMs: number
  capMs: number
  /** Attempts in all for failures of kind `retry`. */
  attempts: number
  /** Longest time a request may take with all its waits. */
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

/**
 * Returns the result of `call`, repeating it by the failure's kind: `retry` with exponential back-off and jitter
 * (honouring Retry-After), `wait` at a fixed interval without counting. Other kinds are thrown at once. `onOverload` runs
 * before each repeat, so that a limiter can slow down.
 */
export async function withRetry<T>(
  call: () => Promise<T>,
  options: {
    signal?: AbortSignal | undefined
    timing?: RetryTiming
    onOverload?: (error: unknown) => void
  } = {},
): Promise<T> {
  const timing = options.timing ?? DEFAULT_TIMING
  const { signal } = options
  try {
    return await pRetry(call, {
      retries: timing.attempts - 1,
      factor: 2,
      randomize: true,
      minTimeout: timing.baseMs / 2,
      maxTimeout: timing.capMs,
      maxRetryTime: timing.totalMs,
      ...(signal ? { signal } : {}),
      shouldConsumeRetry: ({ error }) => failureKind(error) !== 'wait',
      shouldRetry: ({ error, retriesConsumed }) => {
        const kind = failureKind(error)
        if (kind === 'wait') return true
        if (kind !== 'retry') return false
        return retriesConsumed < (failureNumber(error, 'maxRetries') ?? Infinity)
      },
      onFailedAttempt: async ({ error }) => {
        const kind = failureKind(error)
        if (kind !== 'retry' && kind !== 'wait') return
        options.onOverload?.(error)
        const asked = Math.min(failureNumber(error, 'retryAfterMs') ?? 0, RETRY_AFTER_CAP_MS)
        const pause = kind === 'wait' ? Math.max(asked, timing.waitMs) : asked
        if (pause > 0) await sleep(pause, undefined, signal ? { signal } : {})
      },
    })
  } catch (error) {
    throwIfAborted(signal)
    if (error instanceof AppError) throw error
    throw new AppError('internal', errorMessage(error), { cause: error })
  }
}
