import { throwIfAborted } from '@/lib/errors'

/** Callers that wait for a place, first come first served. */
export class WaitingLine {
  private readonly waiting: (() => void)[] = []

  get length(): number {
    return this.waiting.length
  }

  /** Resolves when called up; throws `cancelled` on abort. `first`: was called up before and found the place taken. */
  async wait(signal: AbortSignal | undefined, first: boolean): Promise<void> {
    throwIfAborted(signal)
    await new Promise<void>((resolve) => {
      const leave = () => {
        const at = this.waiting.indexOf(go)
        if (at >= 0) this.waiting.splice(at, 1)
        resolve()
      }
      const go = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      if (first) this.waiting.unshift(go)
      else this.waiting.push(go)
      signal?.addEventListener('abort', leave, { once: true })
    })
    throwIfAborted(signal)
  }

  /** Calls up so many. */
  call(count: number): void {
    for (const go of this.waiting.splice(0, count)) go()
  }
}
