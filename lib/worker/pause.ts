import { HOLD_REASONS, type HoldReason } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'

/** Returns an error that pauses the job instead of failing it; what is committed stays, and a resume goes on from there. */
export function pauseError(reason: HoldReason, message: string): AppError {
  return new AppError('conflict', message, { details: { pause: reason } })
}

/** Returns why an error asks for a pause, or null when it does not. */
export function pauseReasonOf(error: unknown): HoldReason | null {
  const reason = error instanceof AppError ? error.details?.pause : undefined
  return HOLD_REASONS.find((known) => known === reason) ?? null
}
