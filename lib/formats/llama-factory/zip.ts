import { Zip } from 'fflate'
import type { ZipInputFile } from 'fflate'
import { pipeline, Readable } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import { AppError } from '@/lib/errors'

// The zip written here has 32-bit sizes.
const MAX_FILE_BYTES = 0xffffffff

/** One file of an archive; its content is asked for when its turn comes. */
export interface ZipEntry {
  name: string
  chunks(): AsyncIterable<string> | Iterable<string>
}

/** Yields a zip archive, file by file, compressed off the main thread. Throws AppError when a file exceeds 4 GiB. */
export async function* zipStream(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  let failure: unknown = null
  const zip = new Zip((error, chunk) => {
    if (error) failure = error
    else ready.push(chunk)
  })
  const drain = () => {
    if (failure) throw failure
    const out = ready
    ready = []
    return out
  }
  for (const entry of entries) {
    const file: ZipInputFile = { filename: entry.name, size: 0, crc: 0, compression: 8, flag: 0 }
    zip.add(file)
    const deflate = createDeflateRaw()
    let broken: unknown = null
    pipeline(Readable.from(counted(entry.chunks(), file)), deflate, (error) => {
      broken = error ?? null
    })
    try {
      for await (const chunk of deflate as AsyncIterable<Buffer>) {
        file.ondata?.(null, new Uint8Array(chunk), false)
        yield* drain()
      }
    } catch (error) {
      throw broken ?? error
    }
    file.ondata?.(null, new Uint8Array(0), true)
    yield* drain()
  }
  zip.end()
  yield* drain()
}

async function* counted(chunks: AsyncIterable<string> | Iterable<string>, file: ZipInputFile) {
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk)
    file.size += bytes.length
    file.crc = crc32(bytes, file.crc)
    if (file.size > MAX_FILE_BYTES) {
      throw new AppError(
        'data_error',
        `${file.filename} exceeds 4 GiB. Export fewer rows at a time.`,
      )
    }
    yield bytes
  }
}
