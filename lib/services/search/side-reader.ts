import os from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Db } from '@/db/client'
import type { Bound } from '@/db/hot-sql'
import { AppError } from '@/lib/errors'
import { AskedThread } from '../asked-thread'

/** A thread that nobody asked for this long is ended. */
const IDLE_MS = 60_000
/** On one processor two threads would only take turns. */
const FEWEST_PROCESSORS = 2

/** A statement that returns one value, with what is bound to it. */
export interface Asked {
  sql: string
  values: readonly Bound[]
}

/** A second connection to a database file, in a thread of its own, that reads while its owner does. */
class SideReader {
  readonly #thread: AskedThread<string>

  constructor(databasePath: string) {
    // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
    const file = path.join(
      /*turbopackIgnore: true*/ process.cwd(),
      'lib/services/search/side-thread.mjs',
    )
    this.#thread = new AskedThread(
      new Worker(file, { workerData: { databasePath }, execArgv: [] }),
      {
        idleMs: IDLE_MS,
        stopped: 'The thread that reads texts stopped.',
        end: null,
        errorOf: (message) => new AppError('internal', message),
      },
    )
  }

  get isOpen(): boolean {
    return this.#thread.isOpen
  }

  get({ sql, values }: Asked): Promise<Uint8Array | null> {
    return this.#thread.ask({ sql, values }).answer as Promise<Uint8Array | null>
  }

  close(): Promise<void> {
    return this.#thread.close()
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
