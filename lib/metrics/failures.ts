import { AppError, errorCode } from '@/lib/errors'
import type { Capability } from '@/lib/backends/types'

/** Returns whether an error concerns this request only, so that it becomes a row's status and the run goes on. */
export function isRowError(error: unknown): boolean {
  return errorCode(error) === 'data_error'
}

/** Returns the call of a backend, or throws `capability_missing` naming what the backend lacks. */
export function required<T>(call: T | undefined, metric: string, capability: Capability): T {
  if (call !== undefined) return call
  throw new AppError(
    'capability_missing',
    `Metric "${metric}" needs a backend with ${capability}; this one has none. Choose another backend.`,
  )
}
