import type { Worker } from 'node:worker_threads'
import { AppError } from '@/lib/errors'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** What a thread answers: to whom, and what it found or what went wrong. */
export type ThreadReply<Problem> = { id: number; result: unknown } | { id: number; error: Problem }

/** What is to be known of a thread beside what it is asked. */
interface AskedThreadOptions<Problem> {
  /** It is ended when nobody asked it for this long. */
  idleMs: number
  /** Why those who wait get no answer, when it stopped. */
  stopped: string
  /** The message on which it ends itself. */
  end: unknown
  errorOf(problem: Problem): AppError
}

/** A thread that is asked questions and ends when nobody asks: an idle one keeps no process from ending. */
export class AskedThread<Problem> {
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #idle: NodeJS.Timeout | null = null
  isOpen = true

  constructor(
    readonly worker: Worker,
    private readonly options: AskedThreadOptions<Problem>,
  ) {
    worker.unref()
    worker.on('message', (reply: ThreadReply<Problem>) => this.#settle(reply))
    worker.on('error', (error) => this.#fail(error.message))
    worker.on('exit', () => this.#fail(options.stopped))
  }

  #settle(reply: ThreadReply<Problem>): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    this.rest()
    if ('result' in reply) waiting?.resolve(reply.result)
    else waiting?.reject(this.options.errorOf(reply.error))
  }

  #fail(message: string): void {
    this.isOpen = false
    for (const { reject } of this.#waiting.values()) reject(new AppError('internal', message))
    this.#waiting.clear()
  }

  /** Ends the thread when nothing is asked for long. */
  rest(): void {
    if (this.#waiting.size > 0) return
    this.worker.unref()
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), this.options.idleMs).unref()
  }

  /** Sends a question with an id of its own, which it returns with the answer to come. */
  ask(question: object): { id: number; answer: Promise<unknown> } {
    const id = (this.#nextId += 1)
    if (this.#idle) clearTimeout(this.#idle)
    this.worker.ref()
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.worker.postMessage({ ...question, id })
    })
    return { id, answer }
  }

  /** Stops waiting for an answer. */
  giveUp(id: number, error: AppError): void {
    this.#waiting.get(id)?.reject(error)
  }

  /** Has the thread end itself: one that is ended from outside while it loads its modules holds up its owner for ever. */
  close(): Promise<void> {
    this.isOpen = false
    if (this.#idle) clearTimeout(this.#idle)
    return new Promise((resolve) => {
      this.worker.once('exit', () => resolve())
      this.worker.ref()
      this.worker.postMessage(this.options.end)
    })
  }
}
