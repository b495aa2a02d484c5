import {
  appendUploadEndpoint,
  beginUploadEndpoint,
  partialUploadEndpoint,
  uploadEndpoint,
} from '@/lib/api/imports'
import type { PartialUpload, Upload } from '@/lib/contracts/uploads'
import { ApiError, call, sendBytes } from './api'

/** What a lost connection costs; on a slow line of 1 MB/s eight seconds. */
const PIECE_BYTES = 8 * 1024 ** 2
/** Smaller files are sent again sooner than an upload in pieces is begun. */
const WHOLE_BYTES = 32 * 1024 ** 2
/** Where a file differs from another of equal name, size and time, it does so here. */
const HEAD_BYTES = 1024 ** 2
/** A server that starts again takes some of these; the longest wait is between two tries of a long outage. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000]
/** About ten minutes; after that the user is told, and may go on by choosing the file again. */
const MOST_FAILURES = 45
/** As long as the server keeps what it has of a file. */
const KEEP_MS = 24 * 3600 * 1000
const KEY = 'evolens-upload/'

/** Who is told how an upload gets on. */
export interface UploadWatch {
  onProgress?(sentBytes: number): void
  /** The connection is lost and tried again, or is back. */
  onWaiting?(isWaiting: boolean): void
  signal?: AbortSignal | undefined
}

/** FNV-1a: tells files apart, also where a page without https has no hashes of its own. */
function hashOf(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16)
}

async function keyOf(file: File, name: string): Promise<string> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
  return KEY + [file.size, file.lastModified, hashOf(head), name].join('/')
}

/** The id under which this file was begun; a browser without storage forgets it with the page. */
function remember(key: string, uploadId?: string | null): string | null {
  try {
    if (uploadId === undefined) return localStorage.getItem(key)?.split(' ')[0] ?? null
    if (uploadId === null) localStorage.removeItem(key)
    else localStorage.setItem(key, `${uploadId} ${Date.now()}`)
  } catch {
    return null
  }
  return uploadId
}

/** Returns the names of files whose upload was begun here and not finished; what the server has given up is forgotten. */
export function unfinishedUploads(now = Date.now()): string[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(KEY))
    const isOld = (key: string) =>
      now - Number(localStorage.getItem(key)?.split(' ')[1] ?? 0) > KEEP_MS
    for (const key of keys.filter(isOld)) localStorage.removeItem(key)
    return keys
      .filter((key) => localStorage.getItem(key) !== null)
      .map((key) => key.slice(KEY.length).split('/').slice(3).join('/'))
  } catch {
    return []
  }
}

/** Errors that pass: no connection, a server that starts, a piece that met another one. */
function passes(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  const { code, status } = error
  return code === 'offline' || code === 'conflict' || code === 'cancelled' || status >= 500
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(new DOMException('The upload was stopped.', 'AbortError'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** A file that was changed meanwhile cannot be read any more, which looks like a lost connection. */
async function checkReadable(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer()
  } catch {
    throw new ApiError(
      'data_error',
      'The file was changed or removed while it was uploaded. Choose it again.',
      { status: 0, request: file.name },
    )
  }
}

/** Repeats what passes, with longer and longer waits; `again` gets the error. */
async function persisting<T>(work: () => Promise<T>, file: File, watch: UploadWatch): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work()
    } catch (error) {
      if (!passes(error) || failures >= MOST_FAILURES) throw error
      await checkReadable(file)
      watch.onWaiting?.(true)
      await pause(WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] as number, watch.signal)
    }
  }
}

/** Where to go on with a file: at what the server has of it, or at the beginning. */
async function stateOf(file: File, name: string, key: string, signal?: AbortSignal) {
  const uploadId = remember(key)
  if (uploadId !== null) {
    const known = await call(partialUploadEndpoint, { params: { uploadId }, signal }).catch(
      (error: unknown) => {
        // Imported already, or given up.
        if (error instanceof ApiError && error.code === 'not_found') return null
        throw error
      },
    )
    if (known?.sizeBytes === file.size) return known
  }
  const body = { name, sizeBytes: file.size }
  const begun = await call(beginUploadEndpoint, { body, signal })
  remember(key, begun.uploadId)
  return begun
}

async function uploadPieces(file: File, name: string, watch: UploadWatch): Promise<Upload> {
  const { signal } = watch
  const key = await keyOf(file, name)
  let isFresh = false
  let state: PartialUpload | null = null
  const next = async () => {
    // After an error only the server knows how much has come.
    if (!isFresh || !state) state = await stateOf(file, name, key, signal)
    isFresh = false
    const { uploadId, offset } = state
    watch.onWaiting?.(false)
    watch.onProgress?.(offset)
    if (state.upload) return state
    const after = await sendBytes(
      appendUploadEndpoint,
      { params: { uploadId }, query: { offset } },
      file.slice(offset, offset + PIECE_BYTES),
      { onProgress: (sent) => watch.onProgress?.(offset + sent), signal },
    )
    isFresh = true
    return after
  }
  for (;;) {
    state = await persisting(next, file, watch)
    if (!state.upload) continue
    remember(key, null)
    return state.upload
  }
}

/**
 * Sends a file and returns its upload. A large one goes in pieces: it goes on by itself after a lost connection or a restart
 * of the server, and after a reload of the page when the same file is chosen again.
 */
export function uploadFile(file: File, name: string, watch: UploadWatch = {}): Promise<Upload> {
  if (file.size > WHOLE_BYTES) return uploadPieces(file, name, watch)
  const { onProgress = () => undefined, signal } = watch
  return sendBytes(uploadEndpoint, { query: { name } }, file, { onProgress, signal })
}
