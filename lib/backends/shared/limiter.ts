import { throwIfAborted } from '@/lib/errors'

// Successes between two decisions to grow, and the gain in throughput that makes growing worth while.
const WINDOW = 16
const WORTHWHILE_GAIN = 1.05

/** Where a limiter starts and how far it may grow. */
export interface LimiterOptions {
  start: number
  ceiling: number
}

/**
 * A concurrency limit that adapts (additive increase, multiplicative decrease): one more after 16 successes while
 * throughput still rises, half after an overload, at most once a round trip, never below one. Shared by all jobs on a
 * backend.
 */
export class Limiter {
  private limit: number
  private active = 0
  private successes = 0
  private windowStart = performance.now()
  private lastRate = 0
  private growing = true
  private lastCut = -Infinity
  private meanMs = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly options: LimiterOptions) {
    this.limit = Math.max(1, Math.min(options.start, options.ceiling))
  }

  /** Calls allowed at once now. */
  get current(): number {
    return this.limit
  }

  /** Returns the result of `call`, run when a place is free; waiting ends with `cancelled` on abort. */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.acquire(signal)
    const start = performance.now()
    try {
      const result = await call()
      this.succeeded(performance.now() - start)
      return result
    } finally {
      this.active -= 1
      this.wake()
    }
  }

  /** Halves the limit; ignored while replies to requests sent before the last cut still come in. */
  overloaded(): void {
    const now = performance.now()
    if (now - this.lastCut < Math.max(this.meanMs, 1)) return
    this.lastCut = now
    this.limit = Math.max(1, Math.floor(this.limit / 2))
    this.growing = true
    this.lastRate = 0
    this.resetWindow(now)
  }

  private async acquire(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (this.active < this.limit) {
      this.active += 1
      return
    }
    let taken = false
    await new Promise<void>((resolve) => {
      const stop = () => {
        const at = this.waiting.indexOf(take)
        if (at >= 0) this.waiting.splice(at, 1)
        resolve()
      }
      const take = () => {
        taken = true
        this.active += 1
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      this.waiting.push(take)
      signal?.addEventListener('abort', stop, { once: true })
    })
    if (!taken) throwIfAborted(signal)
  }

  private wake(): void {
    while (this.active < this.limit) {
      const next = this.waiting.shift()
      if (!next) return
      next()
    }
  }

  private succeeded(elapsedMs: number): void {
    this.meanMs = this.meanMs === 0 ? elapsedMs : this.meanMs * 0.9 + elapsedMs * 0.1
    this.successes += 1
    if (this.successes < WINDOW) return
    const now = performance.now()
    const rate = this.successes / Math.max(1e-6, now - this.windowStart)
    if (this.lastRate > 0 && rate < this.lastRate * WORTHWHILE_GAIN) this.growing = false
    if (this.growing && this.limit < this.options.ceiling) this.limit += 1
    this.lastRate = rate
    this.resetWindow(now)
  }

  private resetWindow(now: number): void {
    this.successes = 0
    this.windowStart = now
  }
}
