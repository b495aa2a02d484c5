import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FormatError } from '../format-error'
import type { Compression } from '../types'
import { BadZstd, isZstd, unpackZstd } from './zstd'

// Text rarely packs better than 20 to 1; formats.md sets 100 as the bound for a decompression bomb.
const MAX_RATIO = 100
// Below this size a high ratio is harmless, and short repetitive files do reach it.
const RATIO_FREE_BYTES = 16 << 20
const DEFAULT_MAX_UNPACKED = 64 * 2 ** 30
const GUNZIP_CHUNK = 256 << 10

/** A packed file, and how much of it was read so far. */
interface PackedFile {
  name: string
  chunks: AsyncGenerator<Buffer>
  bytesIn: () => number
  /** Unpacked bytes; default 64 GiB. */
  limit: number | undefined
}

/** Returns how a file is packed, by its first bytes. */
export function packingOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return isZstd(head) ? 'zstd' : 'none'
}

/** Yields what a packed file holds. Throws FormatError for damaged data and for what grows beyond the limits. */
export async function* unpacked(
  packing: 'gzip' | 'zstd',
  { name, chunks, bytesIn, limit = DEFAULT_MAX_UNPACKED }: PackedFile,
): AsyncGenerator<Buffer> {
  const failed = (reason: string, byteOffset: number, problem: string, expected: string) =>
    new FormatError({ file: name, row: null, reason, byteOffset, problem, expected })
  let out = 0
  try {
    for await (const chunk of packing === 'gzip' ? gunzip(chunks) : unpackZstd(chunks)) {
      out += chunk.length
      if (out > limit || (out > RATIO_FREE_BYTES && out > MAX_RATIO * bytesIn())) {
        const bound = out > limit ? 'the size limit' : `${MAX_RATIO} times its size`
        const problem = `The packed file grows beyond ${bound}.`
        const expected = `a ${packing} file of plain text; unpack it yourself if you trust it`
        throw failed('unpack_limit', out, problem, expected)
      }
      yield chunk
    }
  } catch (error) {
    if (error instanceof BadZstd) {
      const expected = 'a complete zstd file; or unpack it yourself: zstd -d --long=31 FILE'
      throw failed('bad_zstd', bytesIn(), `The zstd data ${error.message}.`, expected)
    }
    if (error instanceof FormatError || !isZlibError(error)) throw error
    const problem = 'The gzip data is damaged or cut off.'
    throw failed('bad_gzip', bytesIn(), problem, 'a complete gzip file')
  }
}

async function* gunzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: GUNZIP_CHUNK })
  let failure: unknown = null
  pipeline(Readable.from(chunks, { objectMode: false }), unzip, (error) => {
    failure = error ?? null
  })
  try {
    yield* unzip as AsyncIterable<Buffer>
  } catch (error) {
    throw failure ?? error
  }
}

function isZlibError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return typeof code === 'string' && code.startsWith('Z_')
}
