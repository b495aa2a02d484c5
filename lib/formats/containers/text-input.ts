import { FormatError } from '../format-error'
import type { FormatErrorInfo } from '../format-error'
import type { Encoding } from '@/lib/contracts/opening'
import type { Compression, ReadOptions, Source } from '../types'
import { decoderOf, guessEncoding, OffsetMap, wholeCharacters } from './encoding'
import { SHEET_ADVICE } from './spreadsheet'
import { packingOf, unpacked } from './packed'
import { readBytes, sourceName } from './source'

/** A text file as UTF-8 chunks without byte-order mark. */
export interface TextInput {
  name: string
  encoding: Encoding
  compression: Compression
  chunks: AsyncGenerator<Buffer>
  /** Original (of packed files: unpacked) position of a position in the chunks; ask in ascending order. */
  toOriginal(utf8Position: number): number
  notes: string[]
  /** Closes the file when the chunks are not read to their end. */
  close(): Promise<void>
}

/**
 * Opens a source as UTF-8 text: unpacks gzip and zstd, removes the byte-order mark, decodes other encodings strictly. Throws FormatError for
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
    const packing = packingOf(raw.head)
    if (packing === 'none') return decoded(name, raw, options)
    const text = { name, chunks: raw.all, bytesIn: () => read, limit: options.maxUnpackedBytes }
    const inside = await peek(unpacked(packing, text), 8)
    refuseArchives(name, inside.head)
    if (packingOf(inside.head) !== 'none') throw packedTwice(name)
    const input = decoded(name, inside, options)
    const note = `Unpacked from ${packing}; byte offsets are those of the unpacked text.`
    return { ...input, compression: packing, notes: [note, ...input.notes] }
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

/** How the documents of old versions of Office begin. */
const OLE_MARK = '\u00d0\u00cf\u0011\u00e0'

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
  if (magic === OLE_MARK) {
    refuse('excel', 'This is an Excel workbook or another Office document.', SHEET_ADVICE)
  }
  if (magic === 'PAR1') {
    refuse('packed_parquet', 'This is a Parquet file packed once more.', 'the unpacked file')
  }
  if (/^I[xHBwv][A-Z0-9][A-Za-z0-9]$/.test(magic)) {
    refuse(
      'faiss',
      'This is a faiss index, it holds vectors and no rows.',
      'the row file it was made from',
    )
  }
}

function packedTwice(name: string): FormatError {
  return fileError(name, {
    reason: 'packed_twice',
    byteOffset: 0,
    problem: 'The file is packed twice.',
    expected: 'a file that is packed once; unpack it and import what is inside',
  })
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
