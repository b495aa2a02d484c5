import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/lib/errors'

// Opening a named pipe waits for a writer otherwise, in a thread that nothing can stop.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
// Memory follows what is really there, not what a file says of its size.
const READ_BYTES = 1 << 20

/** What is said of a file that somebody named. */
export interface NamedFile {
  /** Begins the message: "The certificate file". */
  what: string
  /** Most bytes that such a file can reasonably have. */
  maxBytes: number
  /** Short code of the failure for the retry rules (default `file`). */
  reason?: string
}

function refuse(file: string, { what, reason = 'file' }: NamedFile, why: string, cause?: unknown) {
  // The folder is nobody's business who sees the message on a shared page.
  const message = `${what} ${path.basename(file)} cannot be used: ${why}`
  return new AppError('invalid_input', message, {
    cause,
    details: { kind: 'config', reason, httpStatus: null },
  })
}

function typeOf(info: Stats): string {
  if (info.isDirectory()) return 'a folder'
  if (info.isFIFO()) return 'a named pipe'
  if (info.isSocket()) return 'a socket'
  return 'a device'
}

/** Returns why a file is not one to read, or null. What /proc and /sys make up says that it has no bytes. */
function troubleOf(info: Stats, maxBytes: number): string | null {
  if (!info.isFile()) return `it is ${typeOf(info)}, not a file. Name a file.`
  if (info.size === 0) return 'it is empty. Name another file.'
  if (info.size > maxBytes) return tooLarge(maxBytes)
  return null
}

function tooLarge(maxBytes: number): string {
  return `it is larger than ${Math.round(maxBytes / 2 ** 20)} MiB, too large for what it should be. Name another file.`
}

function unreadable(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code ?? 'error'
  return `it cannot be read (${code}). Give its full path on the machine that Evolens runs on.`
}

function check(file: string, named: NamedFile, info: Stats): void {
  const trouble = troubleOf(info, named.maxBytes)
  if (trouble !== null) throw refuse(file, named, trouble)
}

/**
 * Opens a file that somebody named, for reading, and returns its handle and facts. Looks before it opens: opening a device
 * can do something. Throws `invalid_input` for anything but a regular file that is not empty and within the limit.
 */
export async function openNamed(
  file: string,
  named: NamedFile,
): Promise<{ handle: FileHandle; info: Stats }> {
  let handle: FileHandle | null = null
  try {
    check(file, named, await stat(/*turbopackIgnore: true*/ file))
    handle = await open(/*turbopackIgnore: true*/ file, OPEN_FLAGS)
    // Another file may lie there by now.
    const info = await handle.stat()
    check(file, named, info)
    return { handle, info }
  } catch (error) {
    await handle?.close()
    throw error instanceof AppError ? error : refuse(file, named, unreadable(error), error)
  }
}

/** Yields the bytes of a file that somebody named, never more than the limit. Throws `invalid_input` as `openNamed` does. */
export async function* streamNamed(file: string, named: NamedFile): AsyncGenerator<Buffer> {
  const { handle } = await openNamed(file, named)
  try {
    let total = 0
    for (;;) {
      const chunk = Buffer.allocUnsafe(READ_BYTES)
      const { bytesRead } = await handle.read(chunk, 0, READ_BYTES, null)
      if (bytesRead === 0) return
      total += bytesRead
      if (total > named.maxBytes) throw refuse(file, named, tooLarge(named.maxBytes))
      yield chunk.subarray(0, bytesRead)
    }
  } catch (error) {
    throw error instanceof AppError ? error : refuse(file, named, unreadable(error), error)
  } finally {
    await handle.close()
  }
}

/** Returns the bytes of a file that somebody named. Throws `invalid_input` as `openNamed` does. */
export async function readNamed(file: string, named: NamedFile): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of streamNamed(file, named)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Returns the same as `readNamed`, where nobody can wait; for small files only. */
export function readNamedSync(file: string, named: NamedFile): Buffer {
  let descriptor: number | null = null
  try {
    check(file, named, statSync(/*turbopackIgnore: true*/ file))
    descriptor = openSync(/*turbopackIgnore: true*/ file, OPEN_FLAGS)
    check(file, named, fstatSync(descriptor))
    const chunks: Buffer[] = []
    for (let total = 0; ;) {
      const chunk = Buffer.allocUnsafe(READ_BYTES)
      const bytes = readSync(descriptor, chunk, 0, READ_BYTES, null)
      if (bytes === 0) return Buffer.concat(chunks)
      total += bytes
      if (total > named.maxBytes) throw refuse(file, named, tooLarge(named.maxBytes))
      chunks.push(chunk.subarray(0, bytes))
    }
  } catch (error) {
    throw error instanceof AppError ? error : refuse(file, named, unreadable(error), error)
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}
