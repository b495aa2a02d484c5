/** The closed set of error codes; every error that reaches a user, a job or a row carries one of them. */
export const ERROR_CODES = [
  'not_found',
  'invalid_input',
  'conflict',
  'backend_unavailable',
  'capability_missing',
  'rate_limited',
  'data_error',
  'cancelled',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** An error whose message may be shown to the user: it says what happened and what to do next. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details
  }
}

/** Returns the error's own code when it is an AppError, `cancelled` for an abort, else `internal`. */
export function errorCode(error: unknown): ErrorCode {
  if (error instanceof AppError) return error.code
  if (error instanceof Error && error.name === 'AbortError') return 'cancelled'
  return 'internal'
}

/** Returns a message for logs and rows; never empty. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error && error.message) return error.message
  return typeof error === 'string' && error ? error : 'unknown error'
}

/** Throws `cancelled` when the signal is aborted; call between units of work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled', 'The work was cancelled.')
}
