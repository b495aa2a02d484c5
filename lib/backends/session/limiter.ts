import { errorCode, throwIfAborted } from '@/lib/errors'
import { SYSTEM_CLOCK, type Clock } from './clock'
import { failureOf } from './request-error'
import { askedWait } from './retry'

// Successes between two decisions to grow, and the gain in throughput that makes growing worth while.
const WINDOW = 16
const WORTHWHILE_GAIN = 1.05
// On a plateau one more is tried after so many windows: texts grow longer, other users leave.
const PLATEAU_WINDOWS = 8

/** Where a limiter starts and how far it may grow. */
interface LimiterOptions {
  start: number
  ceiling: number
}

interface Waiting {
  take(): void
}

/**
 * A concurrency limit that adapts (additive increase, multiplicative decrease): one more after 16 successes while
 * throughput still rises, half after an overload, at most once a round trip, never below one. It also keeps the waits
 * that a server asks for. Shared by all jobs on an endpoint.
 */
export class Limiter {
  private limit: number
  private running = 0
  private successes = 0
  private work = 0
  private windowStart: number
  private lastRate = 0
  private flatWindows = 0
  private lastCut = -Infinity
  private heldUntil = -Infinity
  private readonly line: Waiting[] = []
  /** Called when a call could begin. */
  onRoom: () => void = () => undefined

  constructor(
    private readonly options: LimiterOptions,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {
    this.limit = Math.max(1, Math.min(options.start, options.ceiling))
    this.windowStart = clock.now()
  }

  /** Calls allowed at once now. */
  get current(): number {
    return this.limit
  }

  /** Share of the allowed calls that run. */
  get pressure(): number {
    return this.running / this.limit
  }

  /** Calls that could begin at once. */
  get room(): number {
    return this.held ? 0 : Math.max(0, this.limit - this.running - this.line.length)
  }

  /** Whether calls wait because the server asked for it. */
  private get held(): boolean {
    return this.clock.now() < this.heldUntil
  }

  /**
   * Returns the result of `call`, run when a place is free; waiting ends with `cancelled` on abort. `weight` is the work
   * of the call (tokens, texts), by which throughput is judged.
   */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal, weight = 1): Promise<T> {
    await this.acquire(signal)
    const start = this.clock.now()
    try {
      const result = await call()
      this.succeeded(weight)
      return result
    } catch (error) {
      this.failed(error, start)
      throw error
    } finally {
      this.running -= 1
      this.wake()
    }
  }

  /** Halves the limit on behalf of a call that began at `start`; ignored when that was before the last cut. */
  overloaded(start: number, toFloor = false): void {
    if (start <= this.lastCut) return
    const now = this.clock.now()
    this.lastCut = now
    this.limit = toFloor ? 1 : Math.max(1, Math.floor(this.limit / 2))
    this.lastRate = 0
    this.flatWindows = 0
    this.resetWindow(now)
  }

  /** Lets no call begin for so many milliseconds. */
  hold(ms: number): void {
    const isNew = !this.held
    this.heldUntil = Math.max(this.heldUntil, this.clock.now() + ms)
    if (isNew) void this.wakeLater()
  }

  private async wakeLater(): Promise<void> {
    // Timers may end a little early, and the wait may have been prolonged meanwhile.
    while (this.held) await this.clock.sleep(Math.max(1, this.heldUntil - this.clock.now()))
    this.wake()
  }

  private failed(error: unknown, start: number): void {
    if (errorCode(error) === 'cancelled') return
    const { kind, reason, retryAfterMs } = failureOf(error)
    if (kind !== 'retry' || reason === 'moved') return
    // What brought an engine down is found sooner when its batches come one by one.
    this.overloaded(start, reason === 'engine_crash')
    const wait = askedWait(retryAfterMs)
    if (wait !== null) this.hold(wait)
  }

  private async acquire(signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    if (this.running < this.limit && this.line.length === 0 && !this.held) {
      this.running += 1
      return
    }
    let taken = false
    await new Promise<void>((resolve) => {
      const stop = () => {
        const at = this.line.indexOf(waiting)
        if (at >= 0) this.line.splice(at, 1)
        resolve()
      }
      const waiting: Waiting = {
        take: () => {
          taken = true
          this.running += 1
          signal?.removeEventListener('abort', stop)
          resolve()
        },
      }
      this.line.push(waiting)
      signal?.addEventListener('abort', stop, { once: true })
    })
    if (!taken) throwIfAborted(signal)
  }

  private wake(): void {
    while (this.running < this.limit && !this.held) {
      const next = this.line.shift()
      if (!next) break
      next.take()
    }
    if (this.room > 0) this.onRoom()
  }

  private succeeded(weight: number): void {
    this.successes += 1
    this.work += weight
    if (this.successes < WINDOW) return
    const now = this.clock.now()
    const rate = this.work / Math.max(1e-6, now - this.windowStart)
    const rising = this.lastRate === 0 || rate >= this.lastRate * WORTHWHILE_GAIN
    this.flatWindows = rising ? 0 : this.flatWindows + 1
    if (rising || this.flatWindows >= PLATEAU_WINDOWS) {
      this.flatWindows = 0
      if (this.limit < this.options.ceiling) this.limit += 1
    }
    this.lastRate = rate
    this.resetWindow(now)
  }

  private resetWindow(now: number): void {
    this.successes = 0
    this.work = 0
    this.windowStart = now
  }
}
