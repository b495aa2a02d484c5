import { parentPort, workerData } from 'node:worker_threads'
import process from 'node:process'
import { openDatabase } from '@/db/client'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { QueryReply, QueryRequest } from './client'
import { runQuery } from '../queries'
import { closeSideReader } from '../search/side-reader'

const port = parentPort
const db = openDatabase((workerData as { databasePath: string }).databasePath)
const running = new Map<number, AbortController>()

async function answer(request: Extract<QueryRequest, { type: 'read' }>): Promise<QueryReply> {
  const { id, name, args } = request
  const controller = new AbortController()
  running.set(id, controller)
  try {
    return { id, result: await runQuery(db, name, args as never, controller.signal) }
  } catch (error) {
    const details = error instanceof AppError ? error.details : undefined
    return { id, error: { code: errorCode(error), message: errorMessage(error), details } }
  } finally {
    running.delete(id)
  }
}

port?.on('message', (request: QueryRequest) => {
  if (request.type === 'end') void closeSideReader(db).finally(() => process.exit())
  else if (request.type === 'cancel') running.get(request.id)?.abort()
  else void answer(request).then((reply) => port.postMessage(reply))
})
