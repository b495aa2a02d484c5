import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { freePort } from '../../lib/cli/free-port'

const ROOT = path.resolve(import.meta.dirname, '../..')

interface Started {
  npm: ChildProcess
  url: string
  output(): string
}

/** Runs "npm start" in a process group of its own, as a terminal or a service manager does. */
async function npmStart(dataDir: string): Promise<Started> {
  const port = await freePort()
  const npm = spawn('npm', ['start', '--', '--no-sample'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, EVOLENS_DATA_DIR: dataDir, HOST: '', PORT: String(port) },
  })
  let output = ''
  for (const stream of [npm.stdout, npm.stderr]) {
    stream?.on('data', (part: Buffer) => (output += part.toString()))
  }
  const url = `http://127.0.0.1:${port}`
  await expect.poll(() => output, { timeout: 120_000 }).toContain(`Open      ${url}`)
  return { npm, url, output: () => output }
}

async function workerOf(url: string): Promise<{ alive: boolean; pid: number | null }> {
  const answer = await fetch(`${url}/api/system`)
  return ((await answer.json()) as { worker: { alive: boolean; pid: number | null } }).worker
}

/** Processes that run on a data folder, whoever their parent is by now, with what they run. */
function processesOn(dataDir: string): string[] {
  return pidsOn(dataDir).flatMap((pid) => {
    try {
      return [`${pid} ${fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`]
    } catch {
      return []
    }
  })
}

function pidsOn(dataDir: string): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return fs
        .readFileSync(`/proc/${pid}/environ`, 'utf8')
        .includes(`EVOLENS_DATA_DIR=${dataDir}\0`)
    } catch {
      return false
    }
  })
}

test.describe('npm start', () => {
  test.skip(!fs.existsSync('/proc/self/environ'), 'needs /proc to find processes')
  let dataDir: string

  test.beforeEach(() => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-start-'))
  })
  test.afterEach(() => {
    for (const pid of pidsOn(dataDir)) process.kill(Number(pid), 'SIGKILL')
    fs.rmSync(dataDir, { recursive: true, force: true })
  })

  test('ends with all its children when npm gets SIGTERM', async () => {
    test.setTimeout(180_000)
    const { npm, url } = await npmStart(dataDir)
    await expect.poll(async () => (await workerOf(url)).alive, { timeout: 30_000 }).toBe(true)
    expect(processesOn(dataDir).length).toBeGreaterThanOrEqual(3)
    npm.kill('SIGTERM')
    await expect.poll(() => processesOn(dataDir), { timeout: 40_000 }).toEqual([])
    // In order: what the next start relies on instead of looking through the database.
    expect(fs.existsSync(path.join(dataDir, 'clean-stop'))).toBe(true)
    const modes = fs.readdirSync(dataDir, { withFileTypes: true }).map((entry) => {
      const { mode } = fs.statSync(path.join(dataDir, entry.name))
      return [entry.name, (mode & 0o777).toString(8)]
    })
    const wanted = modes.map(([name]) => [
      name,
      ['uploads', 'vectors'].includes(name as string) ? '700' : '600',
    ])
    expect(modes).toEqual(wanted)
    expect((fs.statSync(dataDir).mode & 0o777).toString(8)).toBe('700')
    const again = await npmStart(dataDir)
    expect(again.output()).not.toContain('looked through')
  })

  test('on a folder that is served waits, and its worker takes over when the first one ends', async () => {
    test.setTimeout(240_000)
    const first = await npmStart(dataDir)
    await expect.poll(async () => (await workerOf(first.url)).alive, { timeout: 30_000 }).toBe(true)
    const { pid } = await workerOf(first.url)
    const second = await npmStart(dataDir)
    await expect
      .poll(() => second.output(), { timeout: 30_000 })
      .toContain('takes over when it ends')
    expect((await workerOf(second.url)).pid).toBe(pid)
    first.npm.kill('SIGTERM')
    await expect
      .poll(
        async () => {
          const worker = await workerOf(second.url)
          return worker.alive && worker.pid !== pid
        },
        { timeout: 30_000 },
      )
      .toBe(true)
  })
})
