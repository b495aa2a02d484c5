import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError, throwIfAborted } from '@/lib/errors'
import { streamNamed } from '@/lib/files'

// The largest open models take about this much; files that the system makes up can claim far more.
const NAMED = { what: 'The model file', maxBytes: 2 ** 41 }

/**
 * Returns the lower-case hexadecimal SHA-256 of a file, read as a stream. `onBytes` gets the bytes read so far.
 * Throws `invalid_input` when it is no regular file or cannot be read, `cancelled` on abort.
 */
export async function sha256File(
  file: string,
  options: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of streamNamed(file, NAMED)) {
    throwIfAborted(options.signal)
    hash.update(chunk)
    bytes += chunk.length
    options.onBytes?.(bytes)
  }
  return hash.digest('hex')
}

interface Remembered {
  path: string
  bytes: number
  mtimeMs: number
  sha256: string
}

function memoryFile(cacheDir: string, file: string): string {
  const name = createHash('sha256').update(path.resolve(file)).digest('hex').slice(0, 32)
  return path.join(cacheDir, 'hashes', `${name}.json`)
}

/** Writes a file by a temporary name and a rename, so that no reader ever sees half of it. */
export async function writeAtomic(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Returns the hash remembered for a file of this size and modification time, or null. Cheap: no read of the file. */
export async function rememberedHash(cacheDir: string, file: string): Promise<string | null> {
  try {
    const [info, text] = await Promise.all([
      stat(file),
      readFile(memoryFile(cacheDir, file), 'utf8'),
    ])
    const known = JSON.parse(text) as Remembered
    const same =
      known.path === path.resolve(file) &&
      known.bytes === info.size &&
      known.mtimeMs === info.mtimeMs
    return same && /^[0-9a-f]{64}$/.test(known.sha256) ? known.sha256 : null
  } catch {
    return null
  }
}

/**
 * Returns the SHA-256 of a file: remembered when size and modification time are those of the last full read, else
 * computed and remembered under the cache folder. Throws `not_found` when there is no such file.
 */
export async function fileHash(
  cacheDir: string,
  file: string,
  signal?: AbortSignal,
): Promise<string> {
  const remembered = await rememberedHash(cacheDir, file)
  if (remembered) return remembered
  const before = await stat(file).catch(() => null)
  if (!before?.isFile()) {
    throw new AppError('not_found', `There is no model file at ${file}. Check the path.`)
  }
  const sha256 = await sha256File(file, { signal })
  const record: Remembered = {
    path: path.resolve(file),
    bytes: before.size,
    mtimeMs: before.mtimeMs,
    sha256,
  }
  // A read-only or full cache costs a second read next time, never the result.
  await writeAtomic(memoryFile(cacheDir, file), JSON.stringify(record)).catch(() => undefined)
  return sha256
}
