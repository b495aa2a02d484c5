import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { log } from '@/lib/log'
import type { WatchOrder } from './watch-core'

// A thread that cannot start must not start for ever without a pause.
const AGAIN_MS = 1_000

/** A thread beside the worker's event loop. */
export interface Watch {
  stop(): Promise<void>
}

/**
 * Starts the thread that keeps the heartbeat and sees to it that stops are obeyed, and returns when it looks. A handler
 * can fill the event loop or hang in native code; this thread then ends the process, and the supervisor starts another.
 */
export async function startWatch(order: WatchOrder): Promise<Watch> {
  let isStopping = false
  let thread: Worker | null = null
  const start = () =>
    new Promise<void>((resolve) => {
      const file = path.join(import.meta.dirname, 'watch-thread.mjs')
      const started = new Worker(file, { workerData: order, execArgv: [] })
      thread = started
      started.once('message', () => {
        // From here on it keeps nothing alive: the process ends with its loop.
        started.unref()
        resolve()
      })
      started.on('error', (error) => log().error({ err: error }, 'the watch failed'))
      started.once('exit', () => {
        resolve()
        if (!isStopping) setTimeout(() => void start(), AGAIN_MS).unref()
      })
    })
  await start()
  return {
    async stop() {
      isStopping = true
      await thread?.terminate()
    },
  }
}
