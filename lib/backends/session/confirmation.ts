import type { CacheEntry, RequestCache } from './cache-port'
import type { Clock } from './clock'
import { Unconfirmed, type Reader } from './unconfirmed'

// Answers wait this long for a check, if no job asks for one before: a kill loses no more than they cost.
const WAIT_MS = 1_000
// Slow checks come more rarely, so that they take about a quarter of one place at the server at most.
const CHECK_SHARE = 4
const MOST_WAIT_MS = 3_000

/** Replies of one endpoint and the checks of its model that confirm them. */
export class Confirmation {
  readonly unconfirmed = new Unconfirmed()
  /** The check that runs, and the one that begins when it has ended. */
  private running: Promise<void> | null = null
  private next: Promise<void> | null = null
  private flushing = false
  private waitMs = WAIT_MS

  constructor(
    private readonly check: () => Promise<void>,
    private readonly clock: Clock,
  ) {}

  /** Notes a reply and what it adds to the cache. */
  add(reader: Reader, cache: RequestCache, entries: readonly CacheEntry[]): void {
    this.unconfirmed.add(reader, cache, entries)
    if (entries.length > 0) void this.flushSoon()
  }

  /**
   * Resolves once a check that began after this call has found the expected model. Throws when it found another one or
   * the server could not be asked. Callers that wait share one check.
   */
  confirm(): Promise<void> {
    if (this.next) return this.next
    const begin = (): Promise<void> => {
      this.next = null
      const start = this.clock.now()
      const check = this.check().finally(() => {
        if (this.running === check) this.running = null
        const tookMs = this.clock.now() - start
        this.waitMs = Math.min(MOST_WAIT_MS, Math.max(WAIT_MS, CHECK_SHARE * tookMs))
      })
      this.running = check
      return check
    }
    if (!this.running) return begin()
    this.next = this.running.then(begin, begin)
    return this.next
  }

  /** Sees to it that answers reach the cache although no job asks for a check. */
  private async flushSoon(): Promise<void> {
    if (this.flushing) return
    this.flushing = true
    try {
      do {
        await this.clock.sleep(this.waitMs)
        // Meanwhile a job may have seen to it.
        if (!this.unconfirmed.isEmpty) await this.confirm()
      } while (!this.unconfirmed.isEmpty)
    } catch {
      // Answers wait on, or were dropped; the job that needs them is told.
    } finally {
      this.flushing = false
    }
  }
}
