// The web process: Next behind the guards of front.mjs. Settings come from the environment, as for the start command.
import './exit-with-parent.mjs'
import http from 'node:http'
import process from 'node:process'
import next from 'next'
import { SERVER_OPTIONS, guardServer } from './front.mjs'
import { fail } from './print.mjs'
import { ROOT, settings } from './settings.mjs'

async function main() {
  const { host, port, dev } = settings(process.argv.slice(2), process.env)
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
