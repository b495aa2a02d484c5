import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { FileOrder, FileReply } from './apart'
import { FILE_TASKS } from './tasks'

/** Freed memory is not given back to the system for long; a usual file leaves 200 MB. */
const HEAVY_BYTES = 400 * 1024 * 1024
/** Signs of life are rare enough to cost nothing. */
const TICK_MS = 1_000

/**
 * A file that keeps this process busy for ever must not outlive the process that asked: this thread goes on looking when
 * nothing else does. Plain JavaScript, so that it starts at once.
 */
const WATCH = `
  const parent = process.ppid
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 1000)
`

function send(reply: FileReply): void {
  process.send?.(reply)
}

async function run({ name, task }: FileOrder): Promise<void> {
  let last = Date.now()
  send({ type: 'alive' })
  const tick = () => {
    if (Date.now() - last < TICK_MS) return
    last = Date.now()
    send({ type: 'alive' })
  }
  try {
    // The table's types are checked where the order is given; a call through it needs one common signature.
    const work = FILE_TASKS[name] as unknown as (
      task: unknown,
      tick: () => void,
    ) => Promise<unknown>
    const result = await work(task, tick)
    send({ type: 'result', result, isHeavy: process.memoryUsage().rss > HEAVY_BYTES })
  } catch (error) {
    const details = error instanceof AppError ? error.details : undefined
    send({ type: 'error', code: errorCode(error), message: errorMessage(error), details })
  }
}

new Worker(WATCH, { eval: true, execArgv: [] }).unref()
process.on('message', (order: FileOrder) => void run(order))
process.on('disconnect', () => process.exit(0))
