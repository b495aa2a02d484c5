import { errorMessage, throwIfAborted } from '@/lib/errors'
import { isRowError } from '../failures'

/**
 * Returns one result an item: the work is done on all together or, when it is refused for the sake of an item, on each
 * alone, so that one bad row costs itself only. Throws what concerns the backend as a whole.
 */
export async function together<T, R>(
  items: readonly T[],
  signal: AbortSignal,
  work: (items: readonly T[]) => Promise<R[]>,
  failed: (item: T, message: string) => R,
  isOwnFault: (error: unknown) => boolean = isRowError,
): Promise<R[]> {
  if (items.length === 0) return []
  try {
    return await work(items)
  } catch (error) {
    if (!isOwnFault(error)) throw error
    if (items.length === 1) return [failed(items[0] as T, errorMessage(error))]
    const results: R[] = []
    for (const item of items) {
      throwIfAborted(signal)
      results.push(...(await together([item], signal, work, failed, isOwnFault)))
    }
    return results
  }
}
