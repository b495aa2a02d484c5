import { spawn, type ChildProcess } from 'node:child_process'
import process from 'node:process'

/** What a child process left behind. */
export interface Ended {
  code: number
  out: string
  err: string
}

/** Environment of a child process over the test's own; undefined takes a variable away. */
export type ChildEnvironment = Record<string, string | undefined>

/**
 * Runs the command line as a child process and returns what it printed. `shell` is the line that bash runs, with the
 * command as its arguments.
 */
export function runEvolens(
  args: readonly string[],
  env: ChildEnvironment,
  shell = '"$@"',
): Promise<Ended> {
  const command = [process.execPath, '--import', 'tsx', 'lib/cli/main.ts', ...args]
  const child = spawn('bash', ['-c', shell, 'bash', ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString('utf8')))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? -1, ...text }))
  })
}

/** Starts a worker as `npm start` does; it ends when its standard input is closed. */
export function startWorker(env: ChildEnvironment): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'lib/worker/main.ts'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}
