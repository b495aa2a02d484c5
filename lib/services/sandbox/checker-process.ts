import { spawn, type ChildProcessByStdio } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { AppError } from '@/lib/errors'

/** How an order ended: all inputs answered, or the process killed at one of them and why. */
export type OrderEnd = 'whole' | 'timeout' | 'killed'

/** What one call gave: the value as JSON, none that JSON can say, or an error by its class. */
export type CallReply = { value: string } | { unsaid: true } | { error: string }

const messageSchema = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ rested: z.literal(true) }),
  z.strictObject({ id: z.number(), at: z.number(), value: z.string() }),
  z.strictObject({ id: z.number(), at: z.number(), unsaid: z.literal(true) }),
  z.strictObject({ id: z.number(), at: z.number(), error: z.string().regex(/^[A-Za-z]{1,40}$/) }),
])
type Message = z.infer<typeof messageSchema>

/** Limit of one call. */
const CALL_MS = 5_000
/** Starting Python takes 2 s; at ten times as many busy processes as cores two minutes were seen. */
const START_MS = 600_000
/** A value may have 64 KiB of JSON, which is escaped once more in an answer. */
const MOST_ANSWER = 1_000_000
/** Python takes 170 MB with the copy of its memory; 128 MiB more is what WebAssembly is given. */
const MOST_RSS_BYTES = 640 * 1024 * 1024
/** An allocation of a gigabyte takes longer. */
const LOOK_MS = 100
/** Values of the process beside Python's memory. */
const HEAP_MB = 128
/** A process that outlives its parent in an endless loop ends by the clock of the system. */
const MOST_CPU_S = 900

// Its name since Node 23.5, and before.
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

const LIMITS = `ulimit -t ${MOST_CPU_S} -c 0 -f 0 2>/dev/null; exec "$0" "$@"`

/** Returns the flags of Node under which a process reads these folders and nothing else, and compiles no text. */
export function confinement(folders: readonly string[]): string[] {
  return [
    PERMISSION,
    ...folders.map((place) => `--allow-fs-read=${fs.realpathSync(place)}/`),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${HEAP_MB}`,
    '--no-warnings',
  ]
}

function start(): ChildProcessByStdio<Writable, Readable, null> {
  const root = /*turbopackIgnore: true*/ process.cwd()
  const folder = path.join(root, 'lib/services/sandbox/child')
  const python = path.join(root, 'node_modules/pyodide')
  const args = [...confinement([python, folder]), path.join(folder, 'process.mjs')]
  const isWindows = process.platform === 'win32'
  const [file, all] = isWindows
    ? [process.execPath, args]
    : ['/bin/sh', ['-c', LIMITS, process.execPath, ...args]]
  return spawn(/*turbopackIgnore: true*/ file, all, {
    // Nothing of this process's environment: keys and tokens stay here.
    env: {} as NodeJS.ProcessEnv,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

/** Memory of a process, where the system tells it in a file. */
function rssOf(pid: number | undefined): number {
  try {
    const pages = fs.readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]
    return Number(pages) * 4096
  } catch {
    return 0
  }
}

/** One process with an interpreter of its own. It is killed whenever it does not do as it should, and does not come back. */
export class CheckerProcess {
  readonly startedAt = Date.now()
  readonly ready: Promise<void>
  isDead = false
  private readonly child = start()
  private text = ''
  private hear: (message: Message) => void = () => undefined
  private end: (how: OrderEnd) => void = () => undefined
  private orders = 0

  constructor() {
    const { child } = this
    child.stdin.on('error', () => this.kill('killed'))
    child.on('error', () => this.kill('killed'))
    child.on('exit', () => this.kill('killed'))
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.take(chunk))
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.kill('timeout'), START_MS)
      this.end = (how) => {
        clearTimeout(timer)
        const why =
          how === 'timeout'
            ? 'did not start within ten minutes. The machine is too busy; start the job again when it has less to do.'
            : 'could not be started. Run "npm install" again; the package pyodide may be damaged.'
        reject(new AppError('internal', `The process in which checking functions run ${why}`))
      }
      this.hear = (message) => {
        if (!('ready' in message)) return this.kill('killed')
        clearTimeout(timer)
        resolve()
      }
    })
    // Whoever waits for it hears of it.
    this.ready.catch(() => undefined)
  }

  /** Ends the process at once; whoever waits for an answer is told how. */
  kill(how: OrderEnd): void {
    if (this.isDead) return
    this.isDead = true
    this.child.kill('SIGKILL')
    this.child.stdout.destroy()
    this.child.stdin.destroy()
    this.end(how)
  }

  /** Lets this process end although the child waits for orders. */
  rest(isResting: boolean): void {
    for (const part of [this.child, this.child.stdin, this.child.stdout]) {
      const handle = part as { ref?(): void; unref?(): void }
      if (isResting) handle.unref?.()
      else handle.ref?.()
    }
  }

  /** Calls a function with each input in turn and returns how that ended; replies are handed over in the order of the inputs. */
  run(
    source: string,
    inputs: readonly string[],
    onReply: (reply: CallReply) => void,
  ): Promise<OrderEnd> {
    const id = ++this.orders
    let at = 0
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout
      const watch = setInterval(() => {
        if (rssOf(this.child.pid) > MOST_RSS_BYTES) this.kill('killed')
      }, LOOK_MS)
      const wait = () => {
        clearTimeout(timer)
        timer = setTimeout(() => this.kill('timeout'), CALL_MS)
      }
      this.end = (how) => {
        clearTimeout(timer)
        clearInterval(watch)
        this.end = () => undefined
        resolve(how)
      }
      this.hear = (message) => {
        if ('rested' in message && at === inputs.length) return this.end('whole')
        if (!('at' in message) || message.id !== id || message.at !== at || at >= inputs.length) {
          return this.kill('killed')
        }
        at += 1
        wait()
        onReply(message)
      }
      wait()
      if (this.isDead) return this.end('killed')
      this.child.stdin.write(`${JSON.stringify({ id, source, inputs })}\n`)
    })
  }

  private take(chunk: string): void {
    this.text += chunk
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n')) {
      const line = this.text.slice(0, at)
      this.text = this.text.slice(at + 1)
      const message = readMessage(line)
      if (!message) return this.kill('killed')
      this.hear(message)
      if (this.isDead) return
    }
    if (this.text.length > MOST_ANSWER) this.kill('killed')
  }
}

function readMessage(line: string): Message | null {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}
