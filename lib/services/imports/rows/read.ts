import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError, throwIfAborted, type ErrorCode } from '@/lib/errors'
import { readBatches, type ParsedBatch, type ParseEnd, type ParseJob } from './batches'

/** Larger files are read beside the worker's own loop, whose heartbeat and cancelling no row may hold up. */
const THREAD_BYTES = 1024 * 1024
/** Batches that may wait: enough to keep both sides busy, about 10 MB. */
const MAX_WAITING = 4

/** What the thread sends. */
export type ParseMessage =
  | { type: 'batch'; batch: ParsedBatch }
  | { type: 'end'; end: ParseEnd }
  | {
      type: 'error'
      code: ErrorCode
      message: string
      details: Record<string, unknown> | undefined
    }

/** What the thread is told: a job, how many batches it may be ahead, or that a batch was taken. */
export type ParseOrder = { type: 'job'; job: ParseJob; ahead: number } | { type: 'taken' }

function failure(message: Extract<ParseMessage, { type: 'error' }>): AppError {
  const { code, details } = message
  return new AppError(code, message.message, details ? { details } : {})
}

/** A thread that reads files takes a third of a second to start, so it waits a while for the next file. */
const IDLE_MS = 30_000
/** Rows die young but not at once: with the usual 16 MB half of the time went into copying them. */
const YOUNG_GENERATION_MB = 48

let idle: { worker: Worker; timer: NodeJS.Timeout } | null = null

/** Only by name: a worker has listeners of its own among the others. */
function forget(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
}

function takeWorker(): Worker {
  if (idle) {
    const { worker, timer } = idle
    idle = null
    clearTimeout(timer)
    forget(worker)
    worker.ref()
    return worker
  }
  // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
  const file = path.join(import.meta.dirname, 'read-thread.mjs')
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB }
  return new Worker(file, { execArgv: [], resourceLimits })
}

function putBack(worker: Worker): void {
  forget(worker)
  if (idle) {
    void worker.terminate()
    return
  }
  const drop = () => {
    if (idle?.worker !== worker) return
    clearTimeout(idle.timer)
    idle = null
    void worker.terminate()
  }
  worker.on('error', drop)
  worker.unref()
  idle = { worker, timer: setTimeout(drop, IDLE_MS).unref() }
}

async function* parseInWorker(
  job: ParseJob,
  signal?: AbortSignal,
): AsyncGenerator<ParsedBatch, ParseEnd> {
  const worker = takeWorker()
  const waiting: ParseMessage[] = []
  let wake = () => {}
  const push = (message: ParseMessage) => {
    waiting.push(message)
    wake()
  }
  const broken = (error: Error) =>
    push({ type: 'error', code: 'internal', message: error.message, details: undefined })
  worker.on('message', push)
  worker.on('error', broken)
  worker.on('exit', () =>
    broken(new Error('The thread that reads the file stopped. Import it again.')),
  )
  const tell = (order: ParseOrder) => worker.postMessage(order)
  const onAbort = () => wake()
  signal?.addEventListener('abort', onAbort)
  let isDone = false
  try {
    tell({ type: 'job', job, ahead: MAX_WAITING })
    for (;;) {
      throwIfAborted(signal)
      const message = waiting.shift()
      if (!message) {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (waiting.length > 0 || signal?.aborted) resolve()
        })
        continue
      }
      if (message.type === 'error') throw failure(message)
      if (message.type === 'end') {
        isDone = true
        return message.end
      }
      yield message.batch
      tell({ type: 'taken' })
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (isDone) putBack(worker)
    else {
      forget(worker)
      await worker.terminate()
    }
  }
}

/**
 * Yields batches of stored rows of a file and returns what the whole file showed. Large files are read in a thread of
 * their own, so that parsing and writing go on at the same time. Throws FormatError, or an AppError of the same code,
 * message and details.
 */
export function readStoredRows(
  job: ParseJob,
  signal?: AbortSignal,
  threadBytes = THREAD_BYTES,
): AsyncGenerator<ParsedBatch, ParseEnd> {
  return job.sizeBytes >= threadBytes ? parseInWorker(job, signal) : readBatches(job, signal)
}
