// A second of work is what a kill may cost.
const COMMIT_MS = 1_000
// More items than this in one transaction would hold up others.
const COMMIT_ITEMS = 1_000

/** Returns what keeps items until they are written together, about every second; `write` is never called while it works. */
export function keepBatches<T>(write: (items: readonly T[]) => Promise<void> | void) {
  let waiting: T[] = []
  let writing = Promise.resolve()
  let lastWrite = Date.now()
  /** Writes what waits, after what is being written; throws why it could not be. */
  const flush = (): Promise<void> => {
    writing = writing
      // Whoever waited for that one was told.
      .catch(() => undefined)
      .then(async () => {
        const items = waiting
        waiting = []
        lastWrite = Date.now()
        if (items.length > 0) await write(items)
      })
    return writing
  }
  return {
    flush,
    async add(item: T): Promise<void> {
      waiting.push(item)
      if (waiting.length >= COMMIT_ITEMS || Date.now() - lastWrite > COMMIT_MS) await flush()
    },
  }
}

interface Work<I, R> {
  items: readonly I[]
  /** So many at a time. */
  width: number
  signal: AbortSignal
  write(results: readonly R[]): Promise<void>
}

/**
 * Works on every item, always as many at once as the width says, and writes what comes of them about every second. The first
 * error stops the rest; what was done before it is written where that is still possible.
 */
export async function workThrough<I, R>(
  { items, width, signal, write }: Work<I, R>,
  work: (item: I) => Promise<R>,
): Promise<void> {
  const batches = keepBatches(write)
  let next = 0
  let isBroken = false
  const lane = async () => {
    while (next < items.length && !isBroken) {
      try {
        await batches.add(await work(items[next++] as I))
      } catch (error) {
        isBroken = true
        throw error
      }
    }
  }
  const lanes = Math.max(1, Math.min(width, items.length))
  const settled = await Promise.allSettled(Array.from({ length: lanes }, lane))
  const broken = settled.find((outcome) => outcome.status === 'rejected')
  if (broken) {
    if (!signal.aborted) await batches.flush().catch(() => undefined)
    throw broken.reason
  }
  await batches.flush()
}
