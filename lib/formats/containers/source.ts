import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { throwIfAborted } from '@/lib/errors'
import { FormatError } from '../format-error'
import type { FileStamp, ReadOptions, Source } from '../types'

// 1 MiB: larger gains nothing in the splitter, smaller costs more trips through the thread pool.
const READ_BYTES = 1 << 20

/** Returns the name that errors and format guesses use. */
export function sourceName(source: Source): string {
  if (source.name) return source.name
  return 'path' in source ? basename(source.path) : 'file'
}

/** Returns size and time stamp of a file source, null for bytes. Throws FormatError when it cannot be read. */
export async function stampOf(source: Source): Promise<FileStamp | null> {
  if (!('path' in source)) return null
  const file = await openFile(source)
  try {
    return await stampOfHandle(file)
  } finally {
    await file.close()
  }
}

/**
 * Yields the original bytes in order. Throws FormatError `changed` when the file is not the expected one or changes while it
 * is read, `unreadable` when it cannot be opened.
 */
export async function* readBytes(
  source: Source,
  options: Pick<ReadOptions, 'onBytes' | 'expect' | 'signal'>,
): AsyncGenerator<Buffer> {
  if ('path' in source) {
    yield* readFileBytes(source, options)
    return
  }
  for await (const chunk of source.open()) {
    throwIfAborted(options.signal)
    options.onBytes?.(chunk)
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  }
}

async function* readFileBytes(
  source: Source & { path: string },
  options: Pick<ReadOptions, 'onBytes' | 'expect' | 'signal'>,
): AsyncGenerator<Buffer> {
  const file = await openFile(source)
  try {
    const before = await stampOfHandle(file)
    if (options.expect && !sameStamp(before, options.expect)) throw changed(source, null)
    let position = 0
    for (;;) {
      throwIfAborted(options.signal)
      const buffer = Buffer.allocUnsafe(READ_BYTES)
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position)
      if (bytesRead === 0) break
      position += bytesRead
      const chunk = bytesRead === READ_BYTES ? buffer : buffer.subarray(0, bytesRead)
      options.onBytes?.(chunk)
      yield chunk
    }
    const after = await stampOfHandle(file)
    if (position !== before.sizeBytes || !sameStamp(before, after)) throw changed(source, position)
  } finally {
    await file.close()
  }
}

async function openFile(source: Source & { path: string }) {
  try {
    return await open(source.path, 'r')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'error'
    throw new FormatError(
      {
        file: sourceName(source),
        row: null,
        byteOffset: null,
        reason: 'unreadable',
        problem: `The file cannot be opened (${code}).`,
        expected: 'a file that this process may read',
      },
      cause,
    )
  }
}

async function stampOfHandle(file: Awaited<ReturnType<typeof open>>): Promise<FileStamp> {
  const stat = await file.stat()
  return { sizeBytes: stat.size, modifiedMs: stat.mtimeMs }
}

function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs
}

function changed(source: Source, position: number | null): FormatError {
  return new FormatError({
    file: sourceName(source),
    row: null,
    byteOffset: position,
    reason: 'changed',
    problem: 'The file changed while it was read; nothing was imported.',
    expected: 'the same size and time stamp from start to end; import it again when it is complete',
  })
}
