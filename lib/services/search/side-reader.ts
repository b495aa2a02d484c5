import os from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Db } from '@/db/client'
import type { Bound } from '@/db/hot-sql'
import { AppError } from '@/lib/errors'

/** A thread that nobody asked for this long is ended. */
const IDLE_MS = 60_000
/** On one processor two threads would only take turns. */
const FEWEST_PROCESSORS = 2

/** A statement that returns one value, with what is bound to it. */
export interface Asked {
  sql: string
  values: readonly Bound[]
}

interface Waiting {
  resolve(value: Uint8Array | null): void
  reject(error: Error): void
}

/** A second connection to a database file, in a thread of its own, that reads while its owner does. */
class SideReader {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #idle: NodeJS.Timeout | null = null
  isOpen = true

  constructor(databasePath: string) {
    // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
    const file = path.join(
      /*turbopackIgnore: true*/ process.cwd(),
      'lib/services/search/side-thread.mjs',
    )
    this.#worker = new Worker(file, { workerData: { databasePath }, execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', ({ id, value, error }) => this.#settle(id, value, error))
    this.#worker.on('error', (error) => this.#fail(error.message))
    this.#worker.on('exit', () => this.#fail('The thread that reads texts stopped.'))
  }

  #settle(id: number, value: Uint8Array | null, error: string | undefined): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) {
      this.#worker.unref()
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
    }
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new AppError('internal', error))
  }

  #fail(message: string): void {
    this.isOpen = false
    for (const { reject } of this.#waiting.values()) reject(new AppError('internal', message))
    this.#waiting.clear()
  }

  get({ sql, values }: Asked): Promise<Uint8Array | null> {
    const id = (this.#nextId += 1)
    if (this.#idle) clearTimeout(this.#idle)
    this.#worker.ref()
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, sql, values })
    })
  }

  /** Has the thread end itself: one that is ended from outside while it loads its modules holds up its owner for ever. */
  close(): Promise<void> {
    this.isOpen = false
    if (this.#idle) clearTimeout(this.#idle)
    return new Promise((resolve) => {
      this.#worker.once('exit', () => resolve())
      this.#worker.ref()
      this.#worker.postMessage(null)
    })
  }
}

const readers = new WeakMap<object, SideReader>()

/** Ends the thread of a connection. Whoever ends the thread that started it ends it first: one that just starts would be waited for. */
export async function closeSideReader(db: Db): Promise<void> {
  const reader = readers.get(db.$client)
  if (reader?.isOpen) await reader.close()
}

/**
 * Returns whether a second thread can read a database beside its connection: none can one in memory, or for a connection inside
 * of a transaction, which sees the database as it was; on a machine with one processor none would help.
 */
export function canReadAside(db: Db): boolean {
  const isAlone = db.$client.memory || db.$client.inTransaction
  return !isAlone && os.availableParallelism() >= FEWEST_PROCESSORS
}

/** Returns the thread that reads a database file beside its connection, started when it is asked for first. */
export function sideReader(db: Db): Pick<SideReader, 'get'> {
  const known = readers.get(db.$client)
  if (known?.isOpen) return known
  const made = new SideReader(db.$client.name)
  readers.set(db.$client, made)
  return made
}
