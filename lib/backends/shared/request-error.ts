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
  retryAfterMs?: number
  /** Retries that make sense for this failure; absent = the default of the retry layer. */
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

/** Returns the failure kind of any thrown value; errors of engines without details are judged by their code. */
export function failureKind(error: unknown): FailureKind {
  const kind = error instanceof AppError ? error.details?.kind : undefined
  if (typeof kind === 'string' && kind in CODES) return kind as FailureKind
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

/** Returns a number from the error's failure details, or undefined. */
export function failureNumber(
  error: unknown,
  field: 'retryAfterMs' | 'maxRetries',
): number | undefined {
  const value = error instanceof AppError ? error.details?.[field] : undefined
  return typeof value === 'number' ? value : undefined
}
