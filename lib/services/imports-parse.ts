import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError, throwIfAborted, type ErrorCode } from '@/lib/errors'
import { parseInThread, type ParsedBatch, type ParseEnd, type ParseJob } from './imports-parse-core'

/** Below this a thread's start costs more than it saves. */
const THREAD_BYTES = 24 * 1024 * 1024
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

/** What the thread starts with: the job, and how many batches it may be ahead. */
export interface ParseThreadData {
  job: ParseJob
  ahead: number
}

function failure(message: Extract<ParseMessage, { type: 'error' }>): AppError {
  const { code, details } = message
  return new AppError(code, message.message, details ? { details } : {})
}

async function* parseInWorker(
  job: ParseJob,
  signal?: AbortSignal,
): AsyncGenerator<ParsedBatch, ParseEnd> {
  // Joined, not given to Worker as a URL: bundlers of the web server would take that for an entry of their own.
  const file = path.join(import.meta.dirname, 'imports-parse-thread.mjs')
  const workerData: ParseThreadData = { job, ahead: MAX_WAITING }
  const worker = new Worker(file, { workerData, execArgv: [] })
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
  worker.on('exit', (code) => {
    if (code !== 0) broken(new Error('The reading thread stopped.'))
  })
  const onAbort = () => wake()
  signal?.addEventListener('abort', onAbort)
  try {
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
      if (message.type === 'end') return message.end
      yield message.batch
      worker.postMessage('taken')
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}

/**
 * Yields batches of stored rows of a file and returns what the whole file showed. Large files are read in a thread of
 * their own, so that parsing and writing go on at the same time. Throws FormatError, or an AppError of the same code,
 * message and details.
 */
export function parseRows(
  job: ParseJob,
  signal?: AbortSignal,
  threadBytes = THREAD_BYTES,
): AsyncGenerator<ParsedBatch, ParseEnd> {
  return job.sizeBytes >= threadBytes ? parseInWorker(job, signal) : parseInThread(job, signal)
}
