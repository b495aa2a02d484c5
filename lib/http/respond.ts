import { randomUUID } from 'node:crypto'
import { AppError, errorCode, errorMessage, type ErrorCode } from '@/lib/errors'
import { log } from '@/lib/log'
import type { Refusal } from './access'

const STATUS: Record<ErrorCode, number> = {
  not_found: 404,
  invalid_input: 400,
  conflict: 409,
  backend_unavailable: 503,
  capability_missing: 422,
  rate_limited: 429,
  data_error: 422,
  // What proxies write when the caller went away.
  cancelled: 499,
  internal: 500,
}

/** Returns the JSON error reply of every route: `{error: {code, message, details?}}`. */
export function errorBody(
  status: number,
  code: ErrorCode,
  message: string,
  details?: Record<string, unknown>,
): Response {
  const error = details === undefined ? { code, message } : { code, message, details }
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store' } })
}

/** Returns the JSON reply of a request that the access checks refused. */
export function refusalReply({ status, message, retryAfter }: Refusal): Response {
  const code = status === 429 ? 'rate_limited' : 'invalid_input'
  const response = errorBody(status, code, message)
  if (retryAfter) response.headers.set('retry-after', String(retryAfter))
  return response
}

/** Returns the reply of a thrown value; unknown errors are logged under an id, and only the id is shown. */
export function errorResponse(error: unknown, where: string): Response {
  const code = errorCode(error)
  if (error instanceof AppError && code !== 'internal') {
    return errorBody(STATUS[code], code, error.message, error.details)
  }
  if (code === 'cancelled') return errorBody(STATUS.cancelled, code, errorMessage(error))
  const id = randomUUID().slice(0, 8)
  log().error({ err: error, id, where }, 'request failed')
  return errorBody(500, 'internal', `Something failed here; the log has it under ${id}.`, { id })
}
