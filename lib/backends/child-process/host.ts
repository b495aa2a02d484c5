import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, throwIfAborted } from '@/lib/errors'
import { requestError } from '../session/request-error'
import type { ChildMessage, ParentMessage } from './protocol'
import { projectRoot } from './root'

/** What a host needs to know about its child. */
export interface HostOptions {
  /** Program of the child, relative to the project's root. */
  entry: string
  /** Name used in messages, for example `The embedded language model`. */
  name: string
  /** Arguments of the first call, `init`; `crashes` counts the starts that ended in a crash during `init`. */
  initArgs(crashes: number): unknown
  log(message: string, fields?: Record<string, unknown>): void
  env?: NodeJS.ProcessEnv
}

interface Pending {
  resolve(value: unknown): void
  reject(error: AppError): void
}

interface Running {
  child: ChildProcess
  pending: Map<number, Pending>
  started: Promise<unknown>
}

// A model that crashes at every start must not be restarted for ever.
const MAX_CRASHES = 5
const BACKOFF_MS = [0, 500, 1_000, 2_000, 4_000]
// After giving up, a new try is allowed when a person had time to change something.
const REST_MS = 60_000
const STDERR_CHARS = 2_000
const CLOSE_MS = 3_000

/**
 * Runs an engine in a child process and restarts it when it dies: calls in flight are then rejected with
 * `backend_unavailable`, and the next call starts a new child, with back-off, at most five times in a row.
 */
export class EngineHost {
  private running: Running | null = null
  private starting: Promise<Running> | null = null
  private nextId = 1
  private crashes = 0
  private initCrashes = 0
  private lastCrash = 0
  private closed = false
  private stderrTail = ''
  /** Children ended on purpose: their end is no crash. */
  private readonly retired = new WeakSet<ChildProcess>()

  constructor(private readonly options: HostOptions) {}

  /** Process id of the child, or null when none runs. */
  get pid(): number | null {
    return this.running?.child.pid ?? null
  }

  /** Returns what `init` returned in the child, starting it when needed. */
  async start(signal?: AbortSignal): Promise<unknown> {
    const running = await this.ensure(signal)
    return running.started
  }

  /** Calls a function of the child. Rejects with the child's AppError, `backend_unavailable` or `cancelled`. */
  async call<T>(method: string, args: unknown, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal)
    const running = await this.ensure(signal)
    throwIfAborted(signal)
    const value = await this.send(running, method, args, signal)
    this.crashes = 0
    return value as T
  }

  /** Ends the child; calls in flight are rejected with `cancelled`. */
  async close(): Promise<void> {
    this.closed = true
    const running = this.running ?? (await this.starting?.catch(() => null)) ?? null
    if (!running) return
    const { child } = running
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS)
    await exited
    clearTimeout(timer)
  }

  private async ensure(signal?: AbortSignal): Promise<Running> {
    if (this.closed) throw new AppError('backend_unavailable', `${this.options.name} is closed.`)
    if (this.running) {
      await this.running.started
      return this.running
    }
    this.starting ??= this.launch(signal).finally(() => {
      this.starting = null
    })
    return this.starting
  }

  private async launch(signal?: AbortSignal): Promise<Running> {
    if (this.crashes >= MAX_CRASHES) {
      if (Date.now() - this.lastCrash < REST_MS) {
        const last = this.lastWords()
        throw requestError(
          { kind: 'retry', reason: 'engine_rest', httpStatus: null },
          `${this.options.name} crashed ${this.crashes} times in a row and is not restarted for a minute.${last}`,
        )
      }
      this.crashes = 0
    }
    const wait = BACKOFF_MS[Math.min(this.crashes, BACKOFF_MS.length - 1)] ?? 0
    if (wait > 0) await sleep(wait, undefined, signal ? { signal } : {}).catch(() => undefined)
    throwIfAborted(signal)
    for (;;) {
      const running = this.spawn()
      try {
        await running.started
        return running
      } catch (error) {
        const died = error instanceof AppError && error.code === 'backend_unavailable'
        this.running = null
        this.retired.add(running.child)
        running.child.kill('SIGKILL')
        // A crash while starting is tried once more: the engine then takes its careful path.
        if (!died || this.closed || this.initCrashes !== 1) throw error
      }
    }
  }

  private spawn(): Running {
    const root = projectRoot()
    const child = fork(path.join(root, this.options.entry), [], {
      cwd: root,
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...this.options.env },
    })
    const pending = new Map<number, Pending>()
    let initialised = false
    this.stderrTail = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderrTail = (this.stderrTail + chunk.toString('utf8')).slice(-STDERR_CHARS)
    })
    let announce: () => void = () => undefined
    let fail: (error: AppError) => void = () => undefined
    const listening = new Promise<void>((resolve, reject) => {
      announce = resolve
      fail = reject
    })
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'ready') announce()
      else if (message.type === 'log') this.options.log(message.message, message.fields)
      else {
        const entry = pending.get(message.id)
        pending.delete(message.id)
        if (message.type === 'result') entry?.resolve(message.value)
        else entry?.reject(new AppError(message.code, message.message))
      }
    })
    const ended = (how: string) => {
      if (this.running?.child === child) this.running = null
      if (!this.closed && !this.retired.has(child)) {
        this.crashes += 1
        if (!initialised) this.initCrashes += 1
        this.lastCrash = Date.now()
      }
      const error = this.closed
        ? new AppError('cancelled', `${this.options.name} was closed.`)
        : requestError(
            // Asked again once with the same inputs; then one of them is suspected.
            { kind: 'retry', reason: 'engine_crash', httpStatus: null, maxRetries: 1 },
            `${this.options.name} ended unexpectedly (${how}); it starts again with the next call.${this.lastWords()}`,
          )
      fail(error)
      for (const entry of pending.values()) entry.reject(error)
      pending.clear()
    }
    let over = false
    child.once('error', (error) => {
      if (!over) ended(error.message)
      over = true
    })
    child.once('exit', (code, killed) => {
      if (!over) ended(killed ? `signal ${killed}` : `exit code ${code}`)
      over = true
    })
    const running: Running = { child, pending, started: Promise.resolve() }
    running.started = listening
      .then(() => this.send(running, 'init', this.options.initArgs(this.initCrashes)))
      .then((value) => {
        initialised = true
        this.release(child)
        return value
      })
    running.started.catch(() => undefined)
    this.running = running
    return running
  }

  /** An idle engine must not keep a finished command alive; calls in flight do. */
  private release(child: ChildProcess): void {
    child.unref()
    child.channel?.unref()
    const stream = child.stderr as (NodeJS.ReadableStream & { unref?: () => void }) | null
    stream?.unref?.()
  }

  private send(running: Running, method: string, args: unknown, signal?: AbortSignal) {
    const id = this.nextId++
    return new Promise<unknown>((resolve, reject) => {
      const { child, pending } = running
      const post = (message: ParentMessage) => {
        if (child.connected) child.send(message)
      }
      const abort = () => {
        post({ type: 'cancel', id })
        if (pending.delete(id)) settle()
        reject(new AppError('cancelled', 'The work was cancelled.'))
      }
      const settle = () => {
        signal?.removeEventListener('abort', abort)
        if (pending.size === 0) child.channel?.unref()
      }
      if (!child.connected) {
        const message = `${this.options.name} is not running.`
        reject(new AppError('backend_unavailable', message))
        return
      }
      pending.set(id, {
        resolve: (value) => {
          settle()
          resolve(value)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      })
      child.channel?.ref()
      signal?.addEventListener('abort', abort, { once: true })
      post({ type: 'call', id, method, args })
    })
  }

  private lastWords(): string {
    const line = this.stderrTail.trim().split('\n').at(-1)?.slice(0, 200)
    return line ? ` Its last words: ${line}` : ''
  }
}
