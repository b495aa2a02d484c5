// Reads one value of the database a time for the thread that started it: plain JavaScript, so that it is there in some milliseconds.
import process from 'node:process'
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

const db = new Database(workerData.databasePath, { readonly: true })
db.pragma('busy_timeout = 10000')
// What is read is gone over once: pages that were read are not needed again.
db.pragma('cache_size = -4096')
const statements = new Map()

function answer({ id, sql, values }) {
  try {
    let statement = statements.get(sql)
    if (!statement) statements.set(sql, (statement = db.prepare(sql).pluck()))
    return { id, result: statement.get(...values) ?? null }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}

// Null asks it to end.
parentPort?.on('message', (asked) => {
  if (asked === null) process.exit()
  parentPort.postMessage(answer(asked))
})
