import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { numbers, texts } from '@/lib/contracts/fields'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '@/db/private-files'
import type { Config } from '@/lib/config'
import { cleanName } from '@/lib/contracts/plain-text'
import { AppError } from '@/lib/errors'
import { streamNamed } from '@/lib/files'
import type { Upload } from '@/lib/contracts/uploads'
import type { FileStamp, Source } from '@/lib/formats/types'
import { RESTORED_FILE, restoredSchema, type Restored } from './bundle/restored'

/** Far above any data set of this kind; a guard against filling the disk by mistake. */
export const MAX_UPLOAD_BYTES = 32 * 1024 ** 3
/** An upload that nobody imported within a week is forgotten. */
const KEEP_MS = 7 * 24 * 3600 * 1000
/** An upload in pieces that nobody went on with for a day is given up. */
const KEEP_PARTIAL_MS = 24 * 3600 * 1000
const META_FILE = 'upload.json'
/** Name of the bytes in an upload's folder. */
export const DATA_FILE = 'data'
/** Name of what is known of an upload in pieces until its last piece is there. */
export const PARTIAL_FILE = 'partial.json'

const metaSchema = z.object({
  ...texts('uploadId', 'fileName', 'sha256'),
  ...numbers('sizeBytes', 'createdAt'),
  /** Name as it came, with folders of a dropped directory: only ever read for hints, never opened. */
  givenName: z.string(),
  /** Set for files of this machine that are read where they lie. */
  path: z.string().nullable(),
  modifiedMs: z.number().nullable(),
})
type UploadMeta = z.infer<typeof metaSchema>

/** Where uploads lie. */
export type UploadsPlace = Pick<Config, 'uploadsDir'>

/** Returns a name without folders, control and direction characters, at most 200 characters, never empty. */
export function safeFileName(name: string): string {
  const base = name.split(/[\\/]/).pop() ?? ''
  const clean = cleanName(base).slice(-200)
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean
}

/** Returns the folder of an upload; `not_found` for an id that is none of ours. */
export function folderOf(config: UploadsPlace, uploadId: string): string {
  if (!/^[0-9a-f-]{36}$/.test(uploadId)) {
    throw new AppError('not_found', 'There is no such upload.')
  }
  return path.join(config.uploadsDir, uploadId)
}

/** Returns the plain message for a full or read-only disk, any other error as it is. */
export function diskError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') {
    return new AppError(
      'data_error',
      'The disk is full. Free some space and upload the file again.',
    )
  }
  if (code === 'EACCES' || code === 'EROFS') {
    return new AppError(
      'data_error',
      'The uploads folder is read-only. Set EVOLENS_DATA_DIR to a folder that can be written.',
    )
  }
  return error
}

/** Stores what is known of an upload whose bytes are there, and returns it as callers see it. */
async function writeMeta(config: UploadsPlace, meta: UploadMeta): Promise<Upload> {
  const folder = folderOf(config, meta.uploadId)
  await fs.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const text = JSON.stringify(meta)
  await fs.writeFile(path.join(folder, META_FILE), text, { mode: PRIVATE_FILE })
  const { uploadId, fileName, sizeBytes, sha256 } = meta
  return { uploadId, fileName, sizeBytes, sha256 }
}

/** Makes an upload of bytes that were sent and lie in its folder, under the name that was given with them. */
export function writeReceived(
  config: UploadsPlace,
  { name, ...received }: { uploadId: string; name: string; sizeBytes: number; sha256: string },
): Promise<Upload> {
  return writeMeta(config, {
    ...received,
    fileName: safeFileName(name),
    givenName: name,
    createdAt: Date.now(),
    path: null,
    modifiedMs: null,
  })
}

/**
 * Streams bytes to the uploads folder and returns the upload with its SHA-256. Nothing stays behind when the stream
 * breaks off. Throws `invalid_input` for an empty or too large file, `data_error` for a full or read-only disk.
 */
export async function saveUpload(
  config: UploadsPlace,
  name: string,
  body: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Upload> {
  const uploadId = randomUUID()
  const folder = folderOf(config, uploadId)
  const hash = createHash('sha256')
  let sizeBytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length
      hash.update(chunk)
      const tooLarge = sizeBytes > MAX_UPLOAD_BYTES
      done(
        tooLarge ? new AppError('invalid_input', 'The file is larger than 32 GiB.') : null,
        chunk,
      )
    },
  })
  try {
    await fs.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
    const target = createWriteStream(path.join(folder, DATA_FILE), { mode: PRIVATE_FILE })
    await pipeline(body, measure, target, signal ? { signal } : {})
    if (sizeBytes === 0) throw new AppError('invalid_input', 'The file is empty.')
    return await writeReceived(config, { uploadId, name, sizeBytes, sha256: hash.digest('hex') })
  } catch (error) {
    await fs.rm(folder, { recursive: true, force: true })
    throw diskError(error)
  }
}

/**
 * Registers a file of this machine for import without copying it, and returns it as an upload. For the command line and
 * start-up only: never give it a path that came over HTTP.
 */
export async function registerFile(config: UploadsPlace, file: string): Promise<Upload> {
  const absolute = path.resolve(file)
  const stat = await fs.stat(absolute).catch(() => null)
  if (!stat) throw new AppError('not_found', `There is no file ${file}.`)
  const hash = createHash('sha256')
  const named = { what: 'The file', maxBytes: MAX_UPLOAD_BYTES }
  for await (const chunk of streamNamed(absolute, named)) hash.update(chunk)
  return writeMeta(config, {
    uploadId: randomUUID(),
    fileName: safeFileName(absolute),
    givenName: path.join(path.basename(path.dirname(absolute)), path.basename(absolute)),
    sizeBytes: stat.size,
    sha256: hash.digest('hex'),
    createdAt: Date.now(),
    path: absolute,
    modifiedMs: stat.mtimeMs,
  })
}

/** An upload with what the readers of lib/formats need. */
export interface OpenUpload extends Upload {
  /** Name with the folders it came in, for guessing what it is. */
  givenName: string
  source: Source
  /** Where the bytes lie; never built from a name. */
  path: string
  /** Size and time stamp when it was hashed, so that a file changed since is refused. */
  expect: FileStamp | null
  /** What the export says that it came out of; null for other files. */
  restored: Restored | null
}

/** Returns an upload ready to be read; `not_found` when it was imported, removed or never finished. */
export async function openUpload(config: UploadsPlace, uploadId: string): Promise<OpenUpload> {
  const folder = folderOf(config, uploadId)
  const text = await fs.readFile(path.join(folder, META_FILE), 'utf8').catch(() => null)
  const meta = text === null ? null : metaSchema.safeParse(JSON.parse(text))
  if (!meta?.success) {
    throw new AppError('not_found', 'This upload is gone. Upload the file again.')
  }
  const { fileName, givenName, sizeBytes, sha256, modifiedMs } = meta.data
  const said = await fs.readFile(path.join(folder, RESTORED_FILE), 'utf8').catch(() => null)
  const file = meta.data.path ?? path.join(folder, DATA_FILE)
  return {
    uploadId,
    fileName,
    sizeBytes,
    sha256,
    givenName,
    path: file,
    source: { path: file, name: fileName },
    expect: modifiedMs === null ? null : { sizeBytes, modifiedMs },
    restored: said === null ? null : restoredSchema.parse(JSON.parse(said)),
  }
}

/** Removes an upload; a registered file itself stays. */
export async function removeUpload(config: UploadsPlace, uploadId: string): Promise<void> {
  await fs.rm(folderOf(config, uploadId), { recursive: true, force: true })
}

/** When an upload was changed last and how long it is kept; null where it is gone. */
async function ageOf(folder: string): Promise<{ mtimeMs: number; keepMs: number } | null> {
  const stat = (file: string) => fs.stat(path.join(folder, file)).catch(() => null)
  const partial = (await stat(PARTIAL_FILE)) && (await stat(DATA_FILE))
  if (partial) return { mtimeMs: partial.mtimeMs, keepMs: KEEP_PARTIAL_MS }
  const whole = await stat('.')
  return whole && { mtimeMs: whole.mtimeMs, keepMs: KEEP_MS }
}

/** Removes uploads that nobody imported within a week, or finished within a day. Returns how many. */
export async function purgeUploads(config: UploadsPlace, now = Date.now()): Promise<number> {
  const names = await fs.readdir(config.uploadsDir).catch(() => [])
  let removed = 0
  for (const name of names) {
    if (!/^[0-9a-f-]{36}$/.test(name)) continue
    const age = await ageOf(path.join(config.uploadsDir, name))
    if (!age || now - age.mtimeMs < age.keepMs) continue
    await removeUpload(config, name)
    removed++
  }
  return removed
}
