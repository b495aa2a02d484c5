import { parentPort, workerData } from 'node:worker_threads'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { ParseMessage, ParseThreadData } from './imports-parse'
import { parseInThread } from './imports-parse-core'

const port = parentPort
const { job, ahead } = workerData as ParseThreadData

let credit = ahead
let wake = () => {}
port?.on('message', () => {
  credit++
  wake()
})

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

async function run(): Promise<void> {
  const parsing = parseInThread(job)
  for (;;) {
    const next = await parsing.next()
    if (next.done) return send({ type: 'end', end: next.value })
    await send({ type: 'batch', batch: next.value })
  }
}

try {
  await run()
} catch (error) {
  const details = error instanceof AppError ? error.details : undefined
  await send({ type: 'error', code: errorCode(error), message: errorMessage(error), details })
}
