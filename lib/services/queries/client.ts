import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Db } from '@/db/client'
import { AppError, throwIfAborted, type ErrorCode } from '@/lib/errors'
import { AskedThread, type ThreadReply } from '../asked-thread'
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

/** What went wrong with a query. */
interface QueryProblem {
  code: ErrorCode
  message: string
  details: Record<string, unknown> | undefined
}

/** What it answers. */
export type QueryReply = ThreadReply<QueryProblem>

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
  readonly #thread: AskedThread<QueryProblem>

  constructor(databasePath: string) {
    this.#thread = new AskedThread(takeEarly(databasePath) ?? startThread(databasePath), {
      idleMs: IDLE_MS,
      stopped: 'The query worker stopped.',
      end: { type: 'end' } satisfies QueryRequest,
      errorOf: ({ code, message, details }) =>
        new AppError(code, message, details ? { details } : {}),
    })
  }

  get isOpen(): boolean {
    return this.#thread.isOpen
  }

  /** Closes the thread when nothing is asked for long. */
  rest(): void {
    this.#thread.rest()
  }

  read(name: QueryName, args: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const { id, answer } = this.#thread.ask({ type: 'read', name, args })
    const onAbort = () => {
      this.#thread.worker.postMessage({ type: 'cancel', id } satisfies QueryRequest)
      this.#thread.giveUp(id, new AppError('cancelled', 'The request was broken off.'))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    return answer.finally(() => signal?.removeEventListener('abort', onAbort))
  }

  async close(): Promise<void> {
    // In the midst of a long query it hears nothing.
    const late = setTimeout(() => void this.#thread.worker.terminate(), CLOSE_MS)
    await this.#thread.close()
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
