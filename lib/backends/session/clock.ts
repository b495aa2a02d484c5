import { setTimeout as delay } from 'node:timers/promises'
import { throwIfAborted } from '@/lib/errors'

/** Time as limits and retries see it: monotonic, so that a corrected wall clock neither ends nor prolongs a wait. */
export interface Clock {
  /** Returns milliseconds since an arbitrary moment; never runs backwards. */
  now(): number
  /** Resolves after `ms`; throws `cancelled` on abort. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Returns a clock that runs `speed` times as fast as the machine's; tests of long waits take a fast one. */
export function clockAt(speed: number): Clock {
  return {
    now: () => performance.now() * speed,
    async sleep(ms, signal) {
      throwIfAborted(signal)
      // An aborted wait ends at once and is told apart below.
      await delay(ms / speed, undefined, signal ? { signal } : {}).catch(() => undefined)
      throwIfAborted(signal)
    },
  }
}

/** The machine's own monotonic clock. */
export const SYSTEM_CLOCK: Clock = clockAt(1)
