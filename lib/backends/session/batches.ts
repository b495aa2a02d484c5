import { errorCode } from '@/lib/errors'
import { failureKind } from './request-error'

/** Limits of one request. */
interface BatchLimits {
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
  return kind === 'split' || kind === 'row' || kind === 'data_error'
}

/**
 * Sends a batch; when the batch as a whole is refused, halves it until the refused items are alone, so that the others
 * succeed. Passes each refused item to `failed`; throws when the failure is not about the items. `isPart` tells that the list
 * that these items come from has failed already.
 */
export async function sendSplitting(
  items: readonly number[],
  send: (items: readonly number[], isPart: boolean) => Promise<void>,
  failed: (item: number, error: unknown) => void,
  isPart = false,
): Promise<void> {
  try {
    await send(items, isPart)
  } catch (error) {
    if (errorCode(error) === 'cancelled' || !canSplit(error)) throw error
    const [first] = items
    if (items.length === 1 && first !== undefined) {
      failed(first, error)
      return
    }
    const middle = items.length >> 1
    await sendSplitting(items.slice(0, middle), send, failed, true)
    await sendSplitting(items.slice(middle), send, failed, true)
  }
}
