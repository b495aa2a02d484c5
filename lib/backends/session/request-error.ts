import type { HoldReason } from '@/lib/contracts/job'
import { AppError, errorCode, type ErrorCode } from '@/lib/errors'

/**
 * What to do about a failed request: `retry` with back-off; `wait` for a server that is loading, not counted; `split` the
 * list; `row`: only this input is at fault; `config`: it fails for every row, stop; `data_error`: the reply cannot be
 * believed; `bug`: ours.
 */
export type FailureKind = 'retry' | 'wait' | 'split' | 'row' | 'config' | 'data_error' | 'bug'

/** A failure in the terms of the retry rules; travels as the details of an AppError. */
export interface Failure {
  kind: FailureKind
  httpStatus: number | null
  /** Stable short code, for example `too_long`, `rate_limit`, `bad_schema`. */
  reason: string
  /** Wait that the server asked for; a retry after it spends no attempt. */
  retryAfterMs?: number
  /**
   * Retries of one input after which the input itself is suspected; absent where no input causes the failure. Servers
   * answer 500 for a text they choke on as well as for an engine that is gone.
   */
  maxRetries?: number
  /** Request parameter that the server refused by name. */
  parameter?: string
}

const CODES: Record<FailureKind, ErrorCode> = {
  retry: 'backend_unavailable',
  wait: 'backend_unavailable',
  split: 'data_error',
  row: 'data_error',
  config: 'invalid_input',
  data_error: 'data_error',
  bug: 'internal',
}

/** Returns an AppError that carries the failure; `code` overrides the one that follows from the kind. */
export function requestError(
  failure: Failure,
  message: string,
  options: { code?: ErrorCode; cause?: unknown } = {},
): AppError {
  const { cause } = options
  return new AppError(options.code ?? CODES[failure.kind], message, {
    details: { ...failure },
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * Returns the error that pauses a job for a reason of the backend's (`details.pause`), naming the backend to wait for.
 * It is never sent again by the retry layer and never becomes a row's status.
 */
export function pausingError(
  pause: HoldReason,
  message: string,
  options: { backendId?: string; cause?: unknown } = {},
): AppError {
  const { backendId = null, cause } = options
  return new AppError(pause === 'backend_down' ? 'backend_unavailable' : 'conflict', message, {
    details: { kind: 'config', reason: pause, httpStatus: null, pause, backendId },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Returns whether an error pauses the job. */
export function isPausing(error: unknown): error is AppError {
  return error instanceof AppError && typeof error.details?.pause === 'string'
}

function kindOfCode(error: unknown): FailureKind {
  switch (errorCode(error)) {
    case 'backend_unavailable':
    case 'rate_limited':
      return 'retry'
    case 'data_error':
      return 'row'
    case 'invalid_input':
    case 'capability_missing':
    case 'not_found':
    case 'conflict':
      return 'config'
    default:
      return 'bug'
  }
}

/** Returns any thrown value as a failure; errors of engines without details are judged by their code. */
export function failureOf(error: unknown): Failure {
  const details = error instanceof AppError ? error.details : undefined
  const { kind } = details ?? {}
  if (typeof kind === 'string' && kind in CODES) return details as unknown as Failure
  return { kind: kindOfCode(error), reason: errorCode(error), httpStatus: null }
}

/** Returns the failure kind of any thrown value. */
export function failureKind(error: unknown): FailureKind {
  return failureOf(error).kind
}

// No fault of a connection: an engine in a child process restarts by itself, and a moved request was never sent.
const NOT_SENT_REASONS = new Set(['engine_crash', 'engine_rest', 'moved'])

/** Returns whether the server could not be reached at all: refused, reset, not resolved, no reply in time. */
export function isUnreachable(failure: Failure): boolean {
  const { kind, httpStatus, reason } = failure
  return kind === 'retry' && httpStatus === null && !NOT_SENT_REASONS.has(reason)
}
