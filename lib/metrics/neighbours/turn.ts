import { untilAborted } from '@/lib/backends/session/until-aborted'

let last: Promise<void> = Promise.resolve()

/**
 * Returns the result of work that takes all cores and much memory: in this process, one such work at a time, in order of
 * arrival. Throws `cancelled` when the signal is aborted while it waits.
 */
export async function inTurn<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const before = last
  let done: () => void = () => undefined
  const mine = new Promise<void>((resolve) => {
    done = resolve
  })
  last = Promise.all([before, mine]).then(() => undefined)
  try {
    await untilAborted(before, signal)
    return await work()
  } finally {
    done()
  }
}
