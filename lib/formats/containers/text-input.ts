import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FormatError } from '../format-error'
import type { FormatErrorInfo } from '../format-error'
import type { Encoding } from '@/lib/contracts/opening'
import type { ReadOptions, Source } from '../types'
import { decoderOf, guessEncoding, OffsetMap, wholeCharacters } from './encoding'
import { readBytes, sourceName } from './source'

// Text rarely packs better than 20 to 1; formats.md sets 100 as the bound for a decompression bomb.
const MAX_RATIO = 100
// Below this size a high ratio is harmless, and short repetitive files do reach it.
const RATIO_FREE_BYTES = 16 << 20
const DEFAULT_MAX_UNPACKED = 64 * 2 ** 30
const GUNZIP_CHUNK = 256 << 10

/** A text file as UTF-8 chunks without byte-order mark. */
export interface TextInput {
  name: string
  encoding: Encoding
  compression: 'none' | 'gzip'
  chunks: AsyncGenerator<Buffer>
  /** Original (for gzip: unpacked) position of a position in the chunks; ask in ascending order. */
  toOriginal(utf8Position: number): number
  notes: string[]
  /** Closes the file when the chunks are not read to their end. */
  close(): Promise<void>
}

/**
 * Opens a source as UTF-8 text: unpacks gzip, removes the byte-order mark, decodes other encodings strictly. Throws FormatError for
 * archives, binary files, undeclared UTF-16/32, bytes that are not text in the encoding, and unpacking bombs.
 */
export async function openText(source: Source, options: ReadOptions): Promise<TextInput> {
  const name = sourceName(source)
  let read = 0
  const counted = {
    ...options,
    onBytes(chunk: Uint8Array) {
      read += chunk.length
      options.onBytes?.(chunk)
    },
  }
  const raw = await peek(readBytes(source, counted), 8)
  try {
    refuseArchives(name, raw.head)
    const isGzip = raw.head[0] === 0x1f && raw.head[1] === 0x8b
    const limit = options.maxUnpackedBytes ?? DEFAULT_MAX_UNPACKED
    const unpacked = isGzip
      ? await peek(
          gunzip(raw.all, name, () => read, limit),
          8,
        )
      : raw
    if (isGzip) refuseArchives(name, unpacked.head)
    const input = decoded(name, unpacked, options)
    if (!isGzip) return input
    const note = 'Unpacked from gzip; byte offsets are those of the unpacked text.'
    return { ...input, compression: 'gzip', notes: [note, ...input.notes] }
  } catch (error) {
    await raw.close()
    throw error
  }
}

function decoded(name: string, bytes: Peeked, options: ReadOptions): TextInput {
  const guess = guessEncoding(bytes.head)
  const encoding = options.encoding ?? guess.encoding
  if (encoding === null) throw undeclared(name, guess.looksLike ?? 'UTF-16')
  const bomBytes = guess.encoding === encoding ? guess.bomBytes : 0
  const notes: string[] = []
  if (bomBytes > 0) notes.push(`Removed a ${encoding.toUpperCase()} byte-order mark.`)
  if (encoding !== 'utf-8') {
    notes.push(`Decoded from ${encoding.toUpperCase()}; byte offsets are those of the file.`)
  }
  const map = new OffsetMap(encoding, bomBytes)
  const body = skip(bytes.all, bomBytes)
  return {
    name,
    encoding,
    compression: 'none',
    chunks: encoding === 'utf-8' ? body : decode(body, encoding, map, name),
    toOriginal: (position) => map.toOriginal(position),
    notes,
    close: bytes.close,
  }
}

interface Peeked {
  head: Buffer
  all: AsyncGenerator<Buffer>
  /** Closes the stream beneath; a generator that was never started would not. */
  close(): Promise<void>
}

/** Reads until `n` bytes are known and returns them together with the whole stream. */
export async function peek(chunks: AsyncGenerator<Buffer>, n: number): Promise<Peeked> {
  const held: Buffer[] = []
  let size = 0
  let ended = false
  while (size < n) {
    const next = await chunks.next()
    if (next.done) {
      ended = true
      break
    }
    held.push(next.value)
    size += next.value.length
  }
  async function* all() {
    try {
      yield* held
      if (!ended) yield* chunks
    } finally {
      await chunks.return(undefined)
    }
  }
  const close = async () => {
    await chunks.return(undefined)
  }
  return { head: Buffer.concat(held).subarray(0, n), all: all(), close }
}

/** Yields the chunks without their first `n` bytes. */
export async function* skip(chunks: AsyncGenerator<Buffer>, n: number): AsyncGenerator<Buffer> {
  let left = n
  for await (const chunk of chunks) {
    const from = Math.min(left, chunk.length)
    left -= from
    if (from < chunk.length) yield from > 0 ? chunk.subarray(from) : chunk
  }
}

async function* gunzip(
  chunks: AsyncGenerator<Buffer>,
  name: string,
  bytesIn: () => number,
  limit: number,
): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: GUNZIP_CHUNK })
  let failure: unknown = null
  pipeline(Readable.from(chunks, { objectMode: false }), unzip, (error) => {
    failure = error ?? null
  })
  let out = 0
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      out += chunk.length
      if (out > limit || (out > RATIO_FREE_BYTES && out > MAX_RATIO * bytesIn())) {
        throw fileError(name, {
          reason: 'unpack_limit',
          byteOffset: out,
          problem: `The packed file grows beyond ${out > limit ? 'the size limit' : `${MAX_RATIO} times its size`}.`,
          expected: 'a gzip file of plain text; unpack it yourself if you trust it',
        })
      }
      yield chunk
    }
  } catch (error) {
    const cause = failure ?? error
    if (cause instanceof FormatError || !isZlibError(cause)) throw cause
    throw fileError(
      name,
      {
        reason: 'bad_gzip',
        byteOffset: bytesIn(),
        problem: 'The gzip data is damaged or cut off.',
        expected: 'a complete gzip file',
      },
      cause,
    )
  }
}

function isZlibError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return typeof code === 'string' && code.startsWith('Z_')
}

async function* decode(
  chunks: AsyncGenerator<Buffer>,
  encoding: Encoding,
  map: OffsetMap,
  name: string,
): AsyncGenerator<Buffer> {
  const decodeText = decoderOf(encoding)
  let rest: Buffer = Buffer.alloc(0)
  let position = map.toOriginal(0)
  const decodeSpan = (original: Buffer): Buffer => {
    try {
      const utf8 = Buffer.from(decodeText(original))
      map.add(utf8, original)
      position += original.length
      return utf8
    } catch (cause) {
      throw undecodable(name, encoding, position + badOffset(encoding, original), cause)
    }
  }
  for await (const chunk of chunks) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = wholeCharacters(encoding, bytes)
    if (whole > 0) yield decodeSpan(bytes.subarray(0, whole))
    rest = bytes.subarray(whole)
  }
  if (rest.length > 0) yield decodeSpan(rest)
}

/** Returns where the first character that cannot be decoded starts, by halving. */
function badOffset(encoding: Encoding, bytes: Buffer): number {
  const decodeText = decoderOf(encoding)
  const wholePart = (end: number) =>
    bytes.subarray(0, wholeCharacters(encoding, bytes.subarray(0, end)))
  const decodes = (end: number) => {
    try {
      decodeText(wholePart(end))
      return true
    } catch {
      return false
    }
  }
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(middle)) good = middle
    else bad = middle
  }
  return wholePart(good).length
}

function refuseArchives(name: string, head: Buffer): void {
  const magic = head.toString('latin1', 0, 4)
  const refuse = (reason: string, problem: string, expected: string) => {
    throw fileError(name, { reason, byteOffset: 0, problem, expected })
  }
  if (magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006') {
    refuse(
      'zip',
      'This is a zip archive.',
      'the unpacked files; unpack it and choose the data file or its folder',
    )
  }
  if (magic === 'PAR1') {
    refuse('packed_parquet', 'This is a Parquet file packed with gzip.', 'the unpacked file')
  }
  if (/^I[xHBwv][A-Z0-9][A-Za-z0-9]$/.test(magic)) {
    refuse(
      'faiss',
      'This is a faiss index, it holds vectors and no rows.',
      'the row file it was made from',
    )
  }
}

function undeclared(name: string, looksLike: string): FormatError {
  return fileError(name, {
    reason: 'undeclared_encoding',
    byteOffset: 0,
    problem: `The file looks like ${looksLike}${looksLike === 'UTF-16' ? ' without a byte-order mark' : ''}.`,
    expected: 'UTF-8; choose the encoding or save the file as UTF-8',
  })
}

function undecodable(name: string, encoding: Encoding, at: number, cause: unknown): FormatError {
  return fileError(
    name,
    {
      reason: 'invalid_encoding',
      byteOffset: at,
      problem: `The bytes are not valid ${encoding.toUpperCase()}.`,
      expected: `${encoding.toUpperCase()} text, or another choice of encoding`,
    },
    cause,
  )
}

function fileError(
  file: string,
  info: Omit<FormatErrorInfo, 'file' | 'row'>,
  cause?: unknown,
): FormatError {
  return new FormatError({ file, row: null, ...info }, cause)
}
