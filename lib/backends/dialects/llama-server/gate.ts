import { throwIfAborted } from '@/lib/errors'

interface Waiting {
  alone: boolean
  start: () => void
}

/**
 * Lets calls run side by side, except those that must be alone on the server: they wait until it is idle, and the rest
 * waits for them. In order of arrival, so that nobody waits for ever.
 */
export class Gate {
  private running = 0
  private aloneRuns = false
  private readonly line: Waiting[] = []

  /** Returns the result of `call`, run when its turn comes; waiting ends with `cancelled` on abort. */
  async run<T>(alone: boolean, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.enter(alone, signal)
    try {
      return await call()
    } finally {
      this.running -= 1
      this.aloneRuns = false
      this.next()
    }
  }

  private async enter(alone: boolean, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    let started = false
    await new Promise<void>((resolve) => {
      const waiting: Waiting = {
        alone,
        start: () => {
          started = true
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      const leave = () => {
        this.line.splice(this.line.indexOf(waiting), 1)
        resolve()
        this.next()
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.line.push(waiting)
      this.next()
    })
    if (!started) throwIfAborted(signal)
  }

  private next(): void {
    for (;;) {
      const [first] = this.line
      if (!first || this.aloneRuns || (first.alone && this.running > 0)) return
      this.line.shift()
      this.running += 1
      this.aloneRuns = first.alone
      first.start()
    }
  }
}
