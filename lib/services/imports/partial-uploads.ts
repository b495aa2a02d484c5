import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '@/db/private-files'
import { numbers } from '@/lib/contracts/fields'
import type { PartialUpload } from '@/lib/contracts/uploads'
import { AppError, throwIfAborted } from '@/lib/errors'
import { streamNamed } from '@/lib/files'
import { DiskSpace } from './space'
import {
  DATA_FILE,
  diskError,
  folderOf,
  MAX_UPLOAD_BYTES,
  openUpload,
  PARTIAL_FILE,
  purgeUploads,
  safeFileName,
  writeReceived,
  type UploadsPlace,
} from './uploads'

const partialSchema = z.object({ name: z.string(), ...numbers('sizeBytes', 'createdAt') })
type Partial = z.infer<typeof partialSchema>

/** A piece of a file that arrives. */
interface Piece {
  offset: number
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  signal?: AbortSignal | undefined
}

const fileOf = (config: UploadsPlace, uploadId: string, name: string) =>
  path.join(folderOf(config, uploadId), name)

/**
 * Makes room for a file that comes in pieces, and returns where its first piece begins. Throws `invalid_input` for a file
 * that is too large, `data_error` where the disk has no room for it.
 */
export async function beginUpload(
  config: UploadsPlace,
  { name, sizeBytes }: { name: string; sizeBytes: number },
): Promise<PartialUpload> {
  if (sizeBytes > MAX_UPLOAD_BYTES) {
    throw new AppError('invalid_input', 'The file is larger than 32 GiB.')
  }
  await purgeUploads(config)
  const uploadId = randomUUID()
  const partial: Partial = { name, sizeBytes, createdAt: Date.now() }
  try {
    await fs.mkdir(folderOf(config, uploadId), { recursive: true, mode: PRIVATE_FOLDER })
    new DiskSpace(config.uploadsDir, safeFileName(name)).requireUpload(sizeBytes)
    const options = { mode: PRIVATE_FILE }
    await fs.writeFile(fileOf(config, uploadId, DATA_FILE), '', options)
    await fs.writeFile(fileOf(config, uploadId, PARTIAL_FILE), JSON.stringify(partial), options)
  } catch (error) {
    await fs.rm(folderOf(config, uploadId), { recursive: true, force: true })
    throw diskError(error)
  }
  return { uploadId, sizeBytes, offset: 0, upload: null }
}

async function readPartial(config: UploadsPlace, uploadId: string): Promise<Partial | null> {
  const text = await fs.readFile(fileOf(config, uploadId, PARTIAL_FILE), 'utf8').catch(() => null)
  return text === null ? null : partialSchema.parse(JSON.parse(text))
}

/** Returns how much of an upload is stored; `not_found` when it was never begun, given up or imported. */
export async function partialUpload(
  config: UploadsPlace,
  uploadId: string,
): Promise<PartialUpload> {
  const partial = await readPartial(config, uploadId)
  if (partial === null) {
    const { fileName, sizeBytes, sha256 } = await openUpload(config, uploadId)
    const upload = { uploadId, fileName, sizeBytes, sha256 }
    return { uploadId, sizeBytes, offset: sizeBytes, upload }
  }
  const { size } = await fs.stat(fileOf(config, uploadId, DATA_FILE))
  return { uploadId, sizeBytes: partial.sizeBytes, offset: size, upload: null }
}

// Next's reload in development re-evaluates modules; whoever writes is known to all of them.
const holder = globalThis as typeof globalThis & {
  evolensUploads?: Map<string, { stop: AbortController; done: Promise<void> }>
}
const writers = (holder.evolensUploads ??= new Map())

/** Runs work as the only writer of an upload. A connection that was lost may look open for a minute, so who is there gives way. */
async function alone<T>(uploadId: string, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  for (let other = writers.get(uploadId); other; other = writers.get(uploadId)) {
    other.stop.abort()
    await other.done
  }
  const stop = new AbortController()
  const run = work(stop.signal).finally(() => writers.delete(uploadId))
  const done = run.then(
    () => undefined,
    () => undefined,
  )
  writers.set(uploadId, { stop, done })
  return run
}

/** Throws `conflict` with the right offset where a piece does not begin at the end of what is stored. */
function checkOffset(offset: number, stored: PartialUpload): void {
  if (offset === stored.offset) return
  throw new AppError(
    'conflict',
    `${stored.offset} bytes of this upload are stored and the piece begins at byte ${offset}. Send the file from byte ${stored.offset} on.`,
    { details: { offset: stored.offset } },
  )
}

/** Writes a piece as it comes. Throws `cancelled` when the connection breaks, `invalid_input` when more comes than there is room for. */
async function writePiece(
  file: fs.FileHandle,
  { offset, body }: Piece,
  room: number,
  signal: AbortSignal,
) {
  const chunks =
    Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]()
  const lost = () => new AppError('cancelled', 'The connection was lost; what came is stored.')
  // A body that stands still is not waited for: whoever takes over has to get on.
  const stopped = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(lost()), { once: true })
  })
  stopped.catch(() => undefined)
  let at = offset
  for (;;) {
    throwIfAborted(signal)
    const next = await Promise.race([
      Promise.resolve(chunks.next()).catch(() => Promise.reject(lost())),
      stopped,
    ])
    if (next.done) return
    const { value } = next
    if (at + value.length > offset + room) {
      const message = 'The piece is longer than the rest of the file as it was announced.'
      throw new AppError('invalid_input', message)
    }
    for (let done = 0; done < value.length;) {
      const { bytesWritten } = await file.write(value, done, value.length - done, at + done)
      done += bytesWritten
    }
    at += value.length
  }
}

/** Turns a whole file into an upload, with its SHA-256. */
async function finish(config: UploadsPlace, uploadId: string, partial: Partial) {
  const hash = createHash('sha256')
  const named = { what: 'The upload', maxBytes: MAX_UPLOAD_BYTES }
  for await (const chunk of streamNamed(fileOf(config, uploadId, DATA_FILE), named)) {
    hash.update(chunk)
  }
  const { name, sizeBytes } = partial
  const received = { uploadId, name, sizeBytes, sha256: hash.digest('hex') }
  const upload = await writeReceived(config, received)
  // Last: until then a server that dies here finds an upload to finish.
  await fs.rm(fileOf(config, uploadId, PARTIAL_FILE))
  return upload
}

/**
 * Stores one piece and returns how much is stored then; with the last one, the upload. What came of a piece whose connection
 * broke stays. Throws `conflict` where it begins elsewhere than at the end, `invalid_input` where it is too long: nothing of
 * such a piece stays.
 */
export async function appendUpload(
  config: UploadsPlace,
  uploadId: string,
  piece: Piece,
): Promise<PartialUpload> {
  const { offset } = piece
  checkOffset(offset, await partialUpload(config, uploadId))
  return alone(uploadId, async (stop) => {
    const stored = await partialUpload(config, uploadId)
    if (stored.upload) return stored
    checkOffset(offset, stored)
    const file = fileOf(config, uploadId, DATA_FILE)
    const signal = piece.signal ? AbortSignal.any([stop, piece.signal]) : stop
    const data = await fs.open(file, 'r+')
    try {
      await writePiece(data, piece, stored.sizeBytes - offset, signal)
    } catch (error) {
      if (error instanceof AppError && error.code === 'invalid_input') await data.truncate(offset)
      throw diskError(error)
    } finally {
      await data.close()
    }
    const partial = await readPartial(config, uploadId)
    const { size } = await fs.stat(file)
    const isWhole = partial !== null && size === stored.sizeBytes
    const upload = isWhole ? await finish(config, uploadId, partial) : null
    return { ...stored, offset: size, upload }
  })
}
