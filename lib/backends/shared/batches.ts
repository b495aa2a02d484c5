import { AppError, errorCode } from '@/lib/errors'
import { failureKind } from './request-error'

/** Limits of one request. */
export interface BatchLimits {
  items: number
  /** Sum of the sizes; one item larger than this still goes alone. */
  size: number
}

/** Returns indices grouped into batches of similar size, longest first, each within the limits. */
export function packBatches(sizes: readonly number[], limits: BatchLimits): number[][] {
  const order = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))
  const batches: number[][] = []
  let batch: number[] = []
  let total = 0
  for (const index of order) {
    const size = sizes[index] ?? 0
    if (batch.length > 0 && (batch.length >= limits.items || total + size > limits.size)) {
      batches.push(batch)
      batch = []
      total = 0
    }
    batch.push(index)
    total += size
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}

function canSplit(error: unknown): boolean {
  const kind = failureKind(error)
  if (kind === 'split' || kind === 'row' || kind === 'data_error') return true
  // A server error that stays may be the fault of one row of the list.
  return error instanceof AppError && error.details?.httpStatus === 500
}

/**
 * Sends a batch; when the batch as a whole is refused, halves it until the guilty items are alone, so that the others
 * succeed. Returns the errors of single items; throws when the failure is not about the items.
 */
export async function sendSplitting(
  items: readonly number[],
  send: (items: readonly number[]) => Promise<void>,
): Promise<unknown[]> {
  try {
    await send(items)
    return []
  } catch (error) {
    if (errorCode(error) === 'cancelled' || !canSplit(error)) throw error
    if (items.length <= 1) return [error]
    const middle = items.length >> 1
    const first = await sendSplitting(items.slice(0, middle), send)
    const second = await sendSplitting(items.slice(middle), send)
    return [...first, ...second]
  }
}
