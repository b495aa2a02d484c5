import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Db } from '@/db/client'
import { AppError, throwIfAborted, type ErrorCode } from '@/lib/errors'
import { runQuery, type QueryArgs, type QueryName, type QueryResult } from '../queries'

/** Columns that nobody looked at for this long leave the memory with their thread. */
const IDLE_MS = 10 * 60_000

/** How long a thread may take to end what it began and the thread that it started. */
const CLOSE_MS = 10_000

/** What the thread is sent. */
export type QueryRequest =
  | { type: 'read'; id: number; name: QueryName; args: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'end' }

/** What it answers. */
export type QueryReply =
  | { id: number; result: unknown }
  | {
      id: number
      error: { code: ErrorCode; message: string; details: Record<string, unknown> | undefined }
    }

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

// The built web server has its thread built with it (lib/cli/start/bundle.mjs); all others load the sources.
const isBuilt = process.env.NODE_ENV === 'production' && process.env.NEXT_RUNTIME === 'nodejs'

function startThread(databasePath: string): Worker {
  // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
  const file = path.join(
    /*turbopackIgnore: true*/ process.cwd(),
    isBuilt ? '.next/evolens/query-thread.mjs' : 'lib/services/queries/thread.mjs',
  )
  return new Worker(file, { workerData: { databasePath }, execArgv: [] })
}

// Next's reload in development re-evaluates modules; the threads live on globalThis so that none is left behind.
const holder = globalThis as typeof globalThis & {
  evolensReaders?: Map<string, QueryWorker>
  /** The thread that the web process started before anything was loaded (lib/cli/start/web.mjs), while it lives. */
  evolensEarlyReader?: { databasePath: string; worker: Worker }
}

function takeEarly(databasePath: string): Worker | null {
  const early = holder.evolensEarlyReader
  if (early?.databasePath !== databasePath) return null
  delete holder.evolensEarlyReader
  return early.worker
}

/** One thread with its own connection to a database file. */
class QueryWorker {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #idle: NodeJS.Timeout | null = null
  isOpen = true

  constructor(databasePath: string) {
    this.#worker = takeEarly(databasePath) ?? startThread(databasePath)
    // An idle thread must not keep the process from ending.
    this.#worker.unref()
    this.#worker.on('message', (reply: QueryReply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#fail(error.message))
    this.#worker.on('exit', () => this.#fail('The query worker stopped.'))
  }

  #settle(reply: QueryReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    this.rest()
    if ('result' in reply) waiting?.resolve(reply.result)
    else {
      const { code, message, details } = reply.error
      waiting?.reject(new AppError(code, message, details ? { details } : {}))
    }
  }

  #fail(message: string): void {
    this.isOpen = false
    for (const { reject } of this.#waiting.values()) reject(new AppError('internal', message))
    this.#waiting.clear()
  }

  /** Closes the thread when nothing is asked for long. */
  rest(): void {
    if (this.#waiting.size > 0) return
    this.#worker.unref()
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
  }

  read(name: QueryName, args: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const id = (this.#nextId += 1)
    if (this.#idle) clearTimeout(this.#idle)
    this.#worker.ref()
    const onAbort = () => {
      this.#worker.postMessage({ type: 'cancel', id } satisfies QueryRequest)
      this.#waiting.get(id)?.reject(new AppError('cancelled', 'The request was broken off.'))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ type: 'read', id, name, args } satisfies QueryRequest)
    }).finally(() => signal?.removeEventListener('abort', onAbort))
  }

  async close(): Promise<void> {
    this.isOpen = false
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    this.#worker.ref()
    this.#worker.postMessage({ type: 'end' } satisfies QueryRequest)
    // In the midst of a long query it hears nothing.
    const late = setTimeout(() => void this.#worker.terminate(), CLOSE_MS)
    await ended
    clearTimeout(late)
  }
}

function threadOf(databasePath: string): QueryWorker {
  const threads = (holder.evolensReaders ??= new Map())
  const known = threads.get(databasePath)
  if (known?.isOpen) return known
  const thread = new QueryWorker(databasePath)
  threads.set(databasePath, thread)
  return thread
}

/** Starts the thread before anybody waits for it: loading its code takes a third of a second, its sources a second and a half. */
export function warmReader(db: Db): void {
  if (!db.$client.memory) threadOf(db.$client.name).rest()
}

/** Ends the thread of a database file, which would keep a command from ending; the next query starts another. */
export async function closeReader(db: Db): Promise<void> {
  await holder.evolensReaders?.get(db.$client.name)?.close()
}

/**
 * Returns the result of a query, computed in a thread so that this process goes on answering meanwhile. A database in
 * memory cannot be shared and is read here. Throws what the query throws, `cancelled` when the signal is aborted.
 */
export async function read<N extends QueryName>(
  db: Db,
  name: N,
  args: QueryArgs<N>,
  signal?: AbortSignal,
): Promise<QueryResult<N>> {
  throwIfAborted(signal)
  if (db.$client.memory) {
    return runQuery(db, name, args, signal ?? new AbortController().signal)
  }
  return (await threadOf(db.$client.name).read(name, args, signal)) as QueryResult<N>
}
