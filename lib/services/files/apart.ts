import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { AppError, throwIfAborted, type ErrorCode } from '@/lib/errors'
import type { FileTaskName, FileTasks } from './tasks'

/** What the process is sent. */
export interface FileOrder {
  name: FileTaskName
  task: unknown
}

/** What it answers. */
export type FileReply =
  | { type: 'alive' }
  /** `isHeavy` where the process kept so much memory that it is not worth keeping. */
  | { type: 'result'; result: unknown; isHeavy: boolean }
  | {
      type: 'error'
      code: ErrorCode
      message: string
      details: Record<string, unknown> | undefined
    }

/** What a process may take. */
export interface FileLimits {
  /** Time without a sign of life once it has begun. A file of 32 MB takes seconds on a slow machine. */
  silenceMs: number
  /** Memory for values; the largest row that is read, 16 MB of empty lists, takes 700 MB. */
  heapMb: number
}

const LIMITS: FileLimits = { silenceMs: 60_000, heapMb: 1_024 }
/** Time for loading its code, which a busy machine stretches. */
const START_MS = 60_000
/** Starting one takes a second, so it waits a while for the next file. */
const IDLE_MS = 60_000
/** At once: the machine has other work. */
const MAX_PROCESSES = 2
/** All that a reader needs of the environment; keys and tokens stay here. */
const VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'NODE_ENV']

function start({ heapMb }: FileLimits): ChildProcess {
  const file = path.join(/*turbopackIgnore: true*/ process.cwd(), 'lib/services/files/process.mjs')
  const env = Object.fromEntries(
    VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  ) as NodeJS.ProcessEnv
  return fork(/*turbopackIgnore: true*/ file, [], {
    execArgv: [`--max-old-space-size=${heapMb}`],
    env,
    serialization: 'advanced',
    // What a crashing process writes to its error stream is for nobody.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

/** Gives out processes, at most two at a time, and keeps those that did well. */
class ProcessPool {
  readonly #idle: { child: ChildProcess; timer: NodeJS.Timeout }[] = []
  readonly #queue: (() => void)[] = []
  #busy = 0

  constructor(private readonly limits: FileLimits) {}

  async take(): Promise<ChildProcess> {
    if (this.#busy < MAX_PROCESSES) this.#busy++
    // Whoever gives a process back hands its place on.
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    const known = this.#idle.pop()
    if (!known) return start(this.limits)
    clearTimeout(known.timer)
    known.child.removeAllListeners()
    if (!known.child.connected) return start(this.limits)
    known.child.ref()
    known.child.channel?.ref()
    return known.child
  }

  giveBack(child: ChildProcess, isSound: boolean): void {
    child.removeAllListeners()
    if (isSound && child.connected) this.#rest(child)
    else child.kill('SIGKILL')
    const next = this.#queue.shift()
    if (next) next()
    else this.#busy--
  }

  #rest(child: ChildProcess): void {
    const entry = { child, timer: setTimeout(() => this.#drop(entry), IDLE_MS).unref() }
    this.#idle.push(entry)
    child.on('error', () => this.#drop(entry))
    // An idle process must not keep this one from ending.
    child.unref()
    child.channel?.unref()
  }

  #drop(entry: { child: ChildProcess; timer: NodeJS.Timeout }): void {
    const at = this.#idle.indexOf(entry)
    if (at < 0) return
    this.#idle.splice(at, 1)
    clearTimeout(entry.timer)
    entry.child.kill('SIGKILL')
  }
}

function stopped(name: string, limits: FileLimits, isSilent: boolean): AppError {
  const what = isSilent
    ? `reading it took longer than ${limits.silenceMs / 1000} seconds`
    : `the process that reads it broke down, most likely because the file needs more than ${limits.heapMb} MB of memory`
  return new AppError(
    'data_error',
    `${name}: ${what}, so it was stopped; nothing was imported. Check that the file is what it should be; split it, or shorten its rows, and try again.`,
  )
}

function runIn(
  child: ChildProcess,
  order: FileOrder & { task: { name: string } },
  limits: FileLimits,
  signal: AbortSignal | undefined,
): Promise<Exclude<FileReply, { type: 'alive' }>> {
  return new Promise((resolve, reject) => {
    let silence: NodeJS.Timeout
    const end = (settle: () => void) => {
      clearTimeout(silence)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    const fail = (isSilent: boolean) => {
      end(() => reject(stopped(order.task.name, limits, isSilent)))
    }
    const onAbort = () => {
      end(() => reject(new AppError('cancelled', 'The request was broken off.')))
    }
    const listen = (ms: number) => {
      clearTimeout(silence)
      silence = setTimeout(() => fail(true), ms)
    }
    // Its first sign of life says that it has begun.
    listen(START_MS)
    signal?.addEventListener('abort', onAbort, { once: true })
    child.on('error', () => fail(false))
    child.on('exit', () => fail(false))
    child.on('message', (reply: FileReply) => {
      if (reply.type === 'alive') return listen(limits.silenceMs)
      end(() => resolve(reply))
    })
    child.send(order)
  })
}

/** Returns readers of files in processes of their own: one that hangs or breaks down costs its file, never this process. */
export function filesApart(limits: FileLimits = LIMITS): FileTasks {
  const pool = new ProcessPool(limits)
  const run = async (order: FileOrder & { task: { name: string } }, signal?: AbortSignal) => {
    throwIfAborted(signal)
    const child = await pool.take()
    let isSound = false
    try {
      throwIfAborted(signal)
      const reply = await runIn(child, order, limits, signal)
      if (reply.type === 'result') {
        isSound = !reply.isHeavy
        return reply.result
      }
      // A file that the reader refuses leaves it whole.
      const { code, message, details } = reply
      isSound = code !== 'internal'
      throw new AppError(code, message, details ? { details } : {})
    } finally {
      pool.giveBack(child, isSound)
    }
  }
  return {
    look: (task, signal) => run({ name: 'look', task }, signal) as ReturnType<FileTasks['look']>,
    expand: (task, signal) =>
      run({ name: 'expand', task }, signal) as ReturnType<FileTasks['expand']>,
    arrange: (task, signal) =>
      run({ name: 'arrange', task }, signal) as ReturnType<FileTasks['arrange']>,
    results: (task, signal) =>
      run({ name: 'results', task }, signal) as ReturnType<FileTasks['results']>,
    benchmark: (task, signal) =>
      run({ name: 'benchmark', task }, signal) as ReturnType<FileTasks['benchmark']>,
  }
}

// Next's reload in development re-evaluates modules; the processes live on globalThis so that none is left behind.
const holder = globalThis as typeof globalThis & { evolensFiles?: FileTasks }

/** Returns the readers that this process shares among its requests. */
export function sharedFiles(): FileTasks {
  return (holder.evolensFiles ??= filesApart())
}
