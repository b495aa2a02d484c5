import { HOLD_REASONS, type HoldReason } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'

/** Why a job paused by itself: what it waits for decides how it goes on. */
export type PauseReason = HoldReason

/** Returns an error that pauses the job instead of failing it; what is committed stays, and a resume goes on from there. */
export function pauseError(reason: PauseReason, message: string): AppError {
  return new AppError('conflict', message, { details: { pause: reason } })
}

/** Returns why an error asks for a pause, or null when it does not. */
export function pauseReasonOf(error: unknown): PauseReason | null {
  const reason = error instanceof AppError ? error.details?.pause : undefined
  return HOLD_REASONS.find((known) => known === reason) ?? null
}
