import { AppError, errorCode } from '@/lib/errors'

const RETRIED = new Set(['backend_unavailable', 'rate_limited'])

/**
 * Returns the error under a code that ends the job. A backend that is away sends jobs back to wait, but somebody who
 * asks what is there wants the answer now, and asks again.
 */
export function withoutRetry(error: unknown): unknown {
  if (!(error instanceof AppError) || !RETRIED.has(errorCode(error))) return error
  return new AppError('data_error', error.message, { cause: error })
}
