import { AppError, errorCode } from '@/lib/errors'

const RETRIED = new Set(['backend_unavailable', 'rate_limited'])

/**
 * Returns the error under a code that ends the job and is the server's fault, not the call's. A backend that is away sends jobs back to wait, but somebody who
 * asks what is there wants the answer now, and asks again.
 */
export function withoutRetry(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  const isKey = error.details?.['reason'] === 'key'
  if (!isKey && !RETRIED.has(errorCode(error))) return error
  return new AppError('data_error', error.message, { cause: error })
}
