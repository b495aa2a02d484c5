// The web process: Next behind the guards of front.mjs. Settings come from the environment, as for the start command.
import './exit-with-parent.mjs'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import next from 'next'
import { THREAD } from './bundle.mjs'
import { SERVER_OPTIONS, guardServer } from './front.mjs'
import { fail } from './print.mjs'
import { ROOT, settings } from './settings.mjs'

/** Starts the thread of queries while Next is loaded; the first query takes it over (lib/services/queries/client.ts). */
function startReader(databasePath) {
  if (!fs.existsSync(THREAD) || !fs.existsSync(databasePath)) return
  const worker = new Worker(THREAD, { workerData: { databasePath }, execArgv: [] })
  worker.unref()
  globalThis.evolensEarlyReader = { databasePath, worker }
  // Whoever asks first starts another one, and is told what is wrong.
  const forget = () => delete globalThis.evolensEarlyReader
  worker.once('error', forget)
  worker.once('exit', forget)
}

async function main() {
  const { host, port, dev, dataDir } = settings(process.argv.slice(2), process.env)
  if (!dev) startReader(path.join(dataDir, 'evolens.sqlite'))
  const server = http.createServer(SERVER_OPTIONS)
  const app = next({
    dev,
    dir: ROOT,
    hostname: host,
    port,
    // Next listens for upgrades where it is told to: in production on a server that nobody reaches.
    httpServer: dev ? server : http.createServer(),
  })
  await app.prepare()
  guardServer(server, app.getRequestHandler(), { dev })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    server.close(() => void app.close().finally(() => process.exit(0)))
    server.closeIdleConnections()
    if (dev) server.closeAllConnections()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

main().catch((error) => fail(error))
