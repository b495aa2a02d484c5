import { errorCode, throwIfAborted } from '@/lib/errors'
import { untilAborted } from './until-aborted'

interface Ask<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

/** Answers that are being asked for, by cache key, so that jobs and batches which want the same prompt ask once. */
export class InFlight<T> {
  private readonly asks = new Map<string, Ask<T>>()

  /** Announces that the caller asks for `name`; it must end with `done` or `failed`. Returns false when somebody does. */
  begin(name: string): boolean {
    if (this.asks.has(name)) return false
    let resolve: Ask<T>['resolve'] = () => undefined
    let reject: Ask<T>['reject'] = () => undefined
    const promise = new Promise<T>((yes, no) => {
      resolve = yes
      reject = no
    })
    // Nobody may be waiting.
    promise.catch(() => undefined)
    this.asks.set(name, { promise, resolve, reject })
    return true
  }

  done(name: string, value: T): void {
    this.asks.get(name)?.resolve(value)
    this.asks.delete(name)
  }

  /** Passes a failure on to those who wait; unknown names are ignored. */
  failed(name: string, error: unknown): void {
    this.asks.get(name)?.reject(error)
    this.asks.delete(name)
  }

  /**
   * Returns the answer that another caller asked for; throws `data_error` when the input is at fault. Returns null when
   * that caller was stopped (by a person, its budget, its backend): this one must ask by itself.
   */
  async wait(name: string, signal?: AbortSignal): Promise<T | null> {
    const ask = this.asks.get(name)
    if (!ask) return null
    try {
      return await untilAborted(ask.promise, signal)
    } catch (error) {
      throwIfAborted(signal)
      if (errorCode(error) === 'data_error') throw error
      return null
    }
  }
}
