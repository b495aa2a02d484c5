import type { CheckCase, CheckOutcome } from '@/lib/contracts/experiment'
import { throwIfAborted } from '@/lib/errors'
import type { CheckTools } from '@/lib/evolution'
import { CheckerProcess, type CallReply } from './checker-process'

/** At once: the machine has other work. */
const WIDTH = 2
/** What one order holds at most, so that a process gets old between orders and not in them. */
const ORDER_INPUTS = 64
/** A process is replaced then, before its time on the processor is up. */
const MOST_AGE_MS = 300_000
/** Starting one takes seconds, so it waits a while for the next function. */
const IDLE_MS = 60_000
/** Calls of one function that had to be killed; the others of that function are not made. */
const MOST_KILLS = 3
/** Longer than any function or response that a model writes. */
const MOST_TEXT = 1_000_000

/** A boolean equals a boolean only and a text a text, while 1 equals 1.0. */
function outcomeOf(reply: CallReply, expected: CheckCase[1]): CheckOutcome {
  if ('error' in reply) return `error: ${reply.error}`
  if ('unsaid' in reply) return 'fail'
  try {
    return JSON.parse(reply.value) === expected ? 'pass' : 'fail'
  } catch {
    return 'killed'
  }
}

/** Gives out processes, at most two at a time. */
class CheckerPool implements CheckTools {
  readonly width = WIDTH
  private readonly idle: { child: CheckerProcess; timer: NodeJS.Timeout }[] = []
  private readonly queue: (() => void)[] = []
  private busy = 0

  async runChecks(
    functions: readonly string[],
    cases: readonly CheckCase[],
    signal: AbortSignal,
  ): Promise<CheckOutcome[][]> {
    const settled = await Promise.allSettled(
      functions.map((source) => this.runOne(source, cases, signal)),
    )
    return settled.map((line) => {
      if (line.status === 'rejected') throw line.reason
      return line.value
    })
  }

  /** Ends all processes that wait. */
  close(): void {
    for (const { child, timer } of this.idle.splice(0)) {
      clearTimeout(timer)
      child.kill('killed')
    }
  }

  private async runOne(
    source: string,
    cases: readonly CheckCase[],
    signal: AbortSignal,
  ): Promise<CheckOutcome[]> {
    if (this.busy < WIDTH) this.busy += 1
    // Whoever is done hands the place on.
    else await new Promise<void>((resolve) => this.queue.push(resolve))
    try {
      return await this.inOrders(source, cases, signal)
    } finally {
      const next = this.queue.shift()
      if (next) next()
      else this.busy -= 1
    }
  }

  private async inOrders(
    source: string,
    cases: readonly CheckCase[],
    signal: AbortSignal,
  ): Promise<CheckOutcome[]> {
    const outcomes: CheckOutcome[] = []
    let kills = 0
    while (outcomes.length < cases.length) {
      throwIfAborted(signal)
      const due = cases.slice(outcomes.length, outcomes.length + ORDER_INPUTS)
      const fitting = due.findIndex(([input]) => input.length > MOST_TEXT)
      const inputs = due.slice(0, fitting < 0 ? due.length : fitting).map(([input]) => input)
      if (kills >= MOST_KILLS || source.length > MOST_TEXT || inputs.length === 0) {
        outcomes.push('error: not run')
        continue
      }
      const from = outcomes.length
      const child = this.take()
      const stop = () => child.kill('killed')
      signal.addEventListener('abort', stop, { once: true })
      await child.ready.catch((error: unknown) => {
        throwIfAborted(signal)
        throw error
      })
      const end = await child.run(source, inputs, (reply) =>
        outcomes.push(outcomeOf(reply, (cases[outcomes.length] as CheckCase)[1])),
      )
      signal.removeEventListener('abort', stop)
      throwIfAborted(signal)
      if (end === 'whole') this.keep(child)
      else {
        kills += 1
        // Killed after its last answer: the answers stand.
        if (outcomes.length < from + inputs.length) outcomes.push(end)
      }
    }
    return outcomes
  }

  private take(): CheckerProcess {
    const known = this.idle.pop()
    if (!known) return new CheckerProcess()
    clearTimeout(known.timer)
    known.child.rest(false)
    return known.child.isDead ? this.take() : known.child
  }

  private keep(child: CheckerProcess): void {
    if (child.isDead || Date.now() - child.startedAt > MOST_AGE_MS) return child.kill('killed')
    const entry = { child, timer: setTimeout(() => this.drop(entry), IDLE_MS).unref() }
    child.rest(true)
    this.idle.push(entry)
  }

  private drop(entry: { child: CheckerProcess; timer: NodeJS.Timeout }): void {
    const at = this.idle.indexOf(entry)
    if (at < 0) return
    this.idle.splice(at, 1)
    entry.child.kill('killed')
  }
}

const pool = new CheckerPool()

/** Returns what runs checking functions, whether that is turned on or not; its processes start when they are needed. */
export function checkerPool(): CheckTools & { close(): void } {
  return pool
}
