import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from '../lib/cli/free-port'

const ROOT = path.resolve(import.meta.dirname, '..')

/** A running web server with a data folder of its own. */
export interface Server {
  url: string
  dataDir: string
  /** Process number of the web server. */
  pid: number
  /** Kills the web server and starts it again on the same port and folder. */
  restart(): Promise<void>
  stop(): Promise<void>
}

interface Options {
  host?: string
  /** Name or address in the URL; default the host. */
  address?: string
  token?: string
  /** Loads the sample and starts a worker. */
  complete?: boolean
  /** Further variables of the environment. */
  env?: Record<string, string>
}

function run(args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['pipe', 'inherit', 'inherit'] })
}

function finished(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`ended with ${code}`)),
    )
  })
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill('SIGTERM')
  })
}

async function waitFor(url: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/api/health`).catch(() => null)
    if (answer && answer.status < 500) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the server did not answer within a minute')
}

/** Starts the production build as "npm start" does, on a data folder that `stop` removes. */
export async function startServer(options: Options = {}): Promise<Server> {
  const { host = '127.0.0.1', address = host, token, complete = false } = options
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-e2e-'))
  const port = await freePort(host.replace(/^\[|\]$/g, ''))
  const env = {
    ...process.env,
    NODE_ENV: 'production' as const,
    EVOLENS_DATA_DIR: dataDir,
    EVOLENS_ENABLE_FAKE: '1',
    EVOLENS_MASTER_KEY: randomBytes(32).toString('base64'),
    EVOLENS_ACCESS_TOKEN: token ?? '',
    HOST: host,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    ...options.env,
  }
  if (complete) {
    const setup = ['--import', 'tsx', 'lib/cli/main.ts', 'setup', '--no-models', '--no-compute']
    await finished(run(setup, env))
  }
  const startWeb = () => run(['lib/cli/start/web.mjs'], env)
  let web = startWeb()
  const children = [web]
  if (complete) children.push(run(['--import', 'tsx', 'lib/worker/main.ts'], env))
  const url = `http://${address}:${port}`
  await waitFor(url)
  return {
    url,
    dataDir,
    pid: web.pid as number,
    restart: async () => {
      const ended = stopped(web)
      web.kill('SIGKILL')
      await ended
      web = startWeb()
      children.push(web)
      await waitFor(url)
    },
    stop: async () => {
      await Promise.all(children.map(stopped))
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
