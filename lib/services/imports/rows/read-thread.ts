import { parentPort } from 'node:worker_threads'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { ParseMessage, ParseOrder } from './read'
import { readBatches, type ParseJob } from './batches'

const port = parentPort

let credit = 0
let wake = () => {}

async function send(message: ParseMessage): Promise<void> {
  while (message.type === 'batch' && credit <= 0) {
    await new Promise<void>((resolve) => {
      wake = resolve
      if (credit > 0) resolve()
    })
  }
  credit--
  port?.postMessage(message)
}

async function run(job: ParseJob): Promise<void> {
  try {
    const parsing = readBatches(job)
    for (;;) {
      const next = await parsing.next()
      if (next.done) return await send({ type: 'end', end: next.value })
      await send({ type: 'batch', batch: next.value })
    }
  } catch (error) {
    const details = error instanceof AppError ? error.details : undefined
    await send({ type: 'error', code: errorCode(error), message: errorMessage(error), details })
  }
}

// One job at a time: the other side sends the next one after the end of the last.
port?.on('message', (order: ParseOrder) => {
  if (order.type === 'job') {
    credit = order.ahead
    void run(order.job)
    return
  }
  credit++
  wake()
})
