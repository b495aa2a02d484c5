import { spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import process from 'node:process'
import { GIVES_BACK_MEMORY, ROOT, WEB_ARGUMENTS, childEnvironment } from './settings.mjs'
import { say } from './print.mjs'

// A child that lived this long had a good start: its next crash waits the shortest time again.
const STEADY_MS = 60_000
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 30_000
// Long enough for a commit and for Next to close its sockets; then the children are killed.
const STOP_MS = 8000

class Child {
  constructor(name, args, options, extraEnvironment = {}) {
    this.name = name
    this.args = args
    this.options = options
    this.extraEnvironment = extraEnvironment
    this.backoffMs = FIRST_BACKOFF_MS
    this.stopping = false
    this.closed = Promise.resolve()
  }

  start() {
    const startedAt = Date.now()
    // stdin is a pipe that nobody writes to: it closes when this process dies, however it dies.
    this.process = spawn(process.execPath, this.args, {
      cwd: ROOT,
      env: childEnvironment(this.options, this.extraEnvironment),
      stdio: ['pipe', 'inherit', 'inherit'],
    })
    this.closed = new Promise((resolve) => {
      this.process.once('close', (code, signal) => {
        resolve()
        if (this.stopping) return
        this.restart(code ?? signal, Date.now() - startedAt)
      })
    })
  }

  restart(code, livedMs) {
    this.backoffMs =
      livedMs > STEADY_MS ? FIRST_BACKOFF_MS : Math.min(this.backoffMs * 2, LONGEST_BACKOFF_MS)
    say(this.name, `stopped (${code}); starting again in ${this.backoffMs / 1000} s`)
    this.timer = setTimeout(() => this.start(), this.backoffMs)
  }

  async stop() {
    this.stopping = true
    clearTimeout(this.timer)
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS)
    await this.closed
    clearTimeout(timer)
    this.wasKilled = this.process.signalCode === 'SIGKILL'
  }
}

/** Notes how an orderly stop left the database: as long as it is so, the next start need not look through it (db/check.ts). */
function noteCleanStop(dataDir) {
  const file = path.join(dataDir, 'evolens.sqlite')
  // Whoever has it open still has this file, and is not done.
  if (fs.existsSync(`${file}-wal`)) return
  try {
    const { size, mtimeMs } = fs.statSync(file)
    const note = JSON.stringify({ sizeBytes: size, modifiedMs: mtimeMs })
    fs.writeFileSync(path.join(dataDir, 'clean-stop'), note, { mode: 0o600 })
  } catch {
    // Without the note the next start looks through the database.
  }
}

function answers(options) {
  const host =
    options.host === '0.0.0.0' ? '127.0.0.1' : options.host === '::' ? '::1' : options.host
  return new Promise((resolve) => {
    const request = http.get(
      { host, port: options.port, path: '/api/health', timeout: 2000 },
      (response) => {
        response.resume()
        resolve((response.statusCode ?? 500) < 500)
      },
    )
    request.on('error', () => resolve(false))
    request.on('timeout', () => request.destroy())
  })
}

/** Runs web and worker until Ctrl-C, starts them again when they crash, and stops both cleanly. */
export async function supervise(options) {
  const webFile = path.join(ROOT, 'lib', 'cli', 'start', 'web.mjs')
  const web = new Child(
    'Web',
    [...WEB_ARGUMENTS, webFile, ...(options.dev ? ['--dev'] : [])],
    options,
    {
      NODE_ENV: options.dev ? 'development' : 'production',
      ...GIVES_BACK_MEMORY,
    },
  )
  const worker = new Child(
    'Worker',
    ['--import', 'tsx', path.join(ROOT, 'lib', 'worker', 'main.ts')],
    options,
  )
  const children = [web, worker]

  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    say('Stopping', 'web and worker')
    await Promise.all(children.map((child) => child.stop()))
    if (!children.some((child) => child.wasKilled)) noteCleanStop(options.dataDir)
    say('Stopped', 'nothing is lost; jobs go on at the next start')
    process.exit(0)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  process.on('SIGHUP', end)

  for (const child of children) child.start()
  const deadline = Date.now() + 60_000
  while (!ending && !(await answers(options))) {
    if (Date.now() > deadline) {
      say('Web', 'has not answered for a minute; the lines above say why')
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host
  const suffix = options.token ? '/?token=<your EVOLENS_ACCESS_TOKEN>' : ''
  if (!ending) say('Open', `http://${shown}:${options.port}${suffix}   (Ctrl-C stops everything)`)
}
