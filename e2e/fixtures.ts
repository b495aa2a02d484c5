import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { test as base, expect } from '@playwright/test'

const ROOT = path.resolve(import.meta.dirname, '..')

interface Server {
  url: string
  dataDir: string
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
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

async function waitFor(url: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/api/health`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the server did not answer within a minute')
}

/** Production build, worker and a data folder of their own; removed afterwards. */
export const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, provide) => {
      const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-e2e-'))
      const port = await freePort()
      const env = {
        ...process.env,
        NODE_ENV: 'production' as const,
        EVOLENS_DATA_DIR: dataDir,
        EVOLENS_ENABLE_FAKE: '1',
        EVOLENS_MASTER_KEY: randomBytes(32).toString('base64'),
        HOST: '127.0.0.1',
        PORT: String(port),
        LOG_LEVEL: 'warn',
      }
      await finished(
        run(['--import', 'tsx', 'lib/cli/main.ts', 'setup', '--no-models', '--no-compute'], env),
      )
      const follow = path.join(ROOT, 'lib/cli/start/exit-with-parent.mjs')
      const children = [
        run(
          [
            '--import',
            follow,
            'node_modules/next/dist/bin/next',
            'start',
            '-H',
            '127.0.0.1',
            '-p',
            String(port),
          ],
          env,
        ),
        run(['--import', 'tsx', 'lib/jobs/worker.ts'], env),
      ]
      const url = `http://127.0.0.1:${port}`
      await waitFor(url)
      await provide({ url, dataDir })
      await Promise.all(
        children.map(
          (child) =>
            new Promise((resolve) => {
              child.once('close', resolve)
              child.kill('SIGTERM')
            }),
        ),
      )
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ server }, provide) => {
    await provide(server.url)
  },
})

export { expect }
