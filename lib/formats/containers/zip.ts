import { open, type FileHandle } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { FormatError } from '../format-error'

const LOCAL_FILE = 0x04034b50
const CENTRAL_FILE = 0x02014b50
const END_OF_DIRECTORY = 0x06054b50
const END_BYTES = 22
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30
/** A comment may follow the end record; its length is 16 bits. */
const MAX_COMMENT = 0xffff
/** Marks sizes and offsets that only the 64-bit extension holds. */
const ZIP64 = 0xffffffff
/** Far above any bundle; a directory of more is not a data set. */
const MAX_ENTRIES = 10_000
/** Data of this kind shrinks by a factor of 3 to 20; a bomb by 1,000. */
const MAX_RATIO = 100
/** Small files may shrink more without being a danger. */
const FREE_BYTES = 1 << 20

/** One file of an archive, as its directory lists it. */
export interface ArchivedFile {
  /** Path with forward slashes that stays inside the archive. */
  name: string
  sizeBytes: number
  packedBytes: number
  method: number
  crc: number
  /** Position of the local header. */
  offset: number
}

/** Limits of unpacking, in bytes. */
export interface ZipLimits {
  maxUnpackedBytes: number
}

function broken(file: string, reason: string, problem: string, byteOffset: number | null) {
  const expected = 'a zip archive of data files, as an export writes it'
  return new FormatError({ file, row: null, byteOffset, reason, problem, expected })
}

/** Returns whether a file begins like a zip archive. */
export async function isZip(path: string): Promise<boolean> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    if (bytesRead < 4) return false
    const mark = buffer.readUInt32LE(0)
    return mark === LOCAL_FILE || mark === END_OF_DIRECTORY
  } finally {
    await handle.close()
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** Returns where the directory lies and how many files it lists. */
async function directoryOf(handle: FileHandle, file: string, size: number) {
  const from = Math.max(0, size - END_BYTES - MAX_COMMENT)
  const tail = await bytesAt(handle, from, size - from)
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_OF_DIRECTORY) continue
    const count = tail.readUInt16LE(at + 10)
    const bytes = tail.readUInt32LE(at + 12)
    const offset = tail.readUInt32LE(at + 16)
    if (count === 0xffff || bytes === ZIP64 || offset === ZIP64) {
      throw broken(file, 'zip64', 'The archive uses the 64-bit extension of zip.', from + at)
    }
    if (offset + bytes > size) break
    return { count, bytes, offset }
  }
  throw broken(file, 'bad_zip', 'The directory of the archive is missing or cut off.', size)
}

/** Returns the path of an entry inside the archive; throws when it leads out of it. */
function safeName(file: string, raw: string, offset: number): string {
  const parts = raw.split(/[\\/]/)
  const leadsOut =
    raw.startsWith('/') || raw.startsWith('\\') || /^[A-Za-z]:/.test(raw) || parts.includes('..')
  if (leadsOut || raw.includes('\0')) {
    throw broken(file, 'zip_path', 'An entry of the archive leads out of its folder.', offset)
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/')
}

/**
 * Returns the files that an archive's directory lists, folders left out. Throws FormatError for a damaged archive, an
 * encrypted or unknown entry, a path that leads out, and for more unpacked bytes than the limits allow.
 */
export async function listZip(
  path: string,
  file: string,
  limits: ZipLimits,
): Promise<ArchivedFile[]> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const { count, bytes, offset } = await directoryOf(handle, file, size)
    if (count > MAX_ENTRIES) {
      throw broken(file, 'zip_entries', `The archive holds more than ${MAX_ENTRIES} files.`, offset)
    }
    const directory = await bytesAt(handle, offset, bytes)
    const files: ArchivedFile[] = []
    let total = 0
    let at = 0
    for (let i = 0; i < count; i += 1) {
      const isWhole = at + CENTRAL_BYTES <= directory.length
      if (!isWhole || directory.readUInt32LE(at) !== CENTRAL_FILE) {
        throw broken(file, 'bad_zip', 'The directory of the archive is damaged.', offset + at)
      }
      const entry = readEntry(directory, at, file, offset + at)
      at += entry.length
      if (entry.file.name === '' || entry.isFolder) continue
      total += entry.file.sizeBytes
      if (total > limits.maxUnpackedBytes) {
        throw broken(file, 'zip_size', 'Unpacked, the archive is larger than the limit.', offset)
      }
      files.push(entry.file)
    }
    return files
  } finally {
    await handle.close()
  }
}

function readEntry(directory: Buffer, at: number, file: string, position: number) {
  const flags = directory.readUInt16LE(at + 8)
  const method = directory.readUInt16LE(at + 10)
  const packedBytes = directory.readUInt32LE(at + 20)
  const sizeBytes = directory.readUInt32LE(at + 24)
  const nameBytes = directory.readUInt16LE(at + 28)
  const length =
    CENTRAL_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  const raw = directory.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes)
  const offset = directory.readUInt32LE(at + 42)
  if ((flags & 1) !== 0) {
    throw broken(file, 'zip_encrypted', 'An entry of the archive is encrypted.', position)
  }
  if (method !== 0 && method !== 8) {
    throw broken(
      file,
      'zip_method',
      'An entry is compressed by another method than deflate.',
      position,
    )
  }
  if ([packedBytes, sizeBytes, offset].includes(ZIP64)) {
    throw broken(file, 'zip64', 'The archive uses the 64-bit extension of zip.', position)
  }
  if (sizeBytes > FREE_BYTES && sizeBytes > packedBytes * MAX_RATIO) {
    throw broken(file, 'zip_ratio', `An entry shrinks more than ${MAX_RATIO} times.`, position)
  }
  const name = safeName(file, raw, position)
  const crc = directory.readUInt32LE(at + 16)
  const isFolder = /[\\/]$/.test(raw)
  return { file: { name, sizeBytes, packedBytes, method, crc, offset }, length, isFolder }
}

/** Yields the unpacked bytes of one file of an archive; throws FormatError when they are not what the directory says. */
export async function* unpackZip(
  path: string,
  file: string,
  entry: ArchivedFile,
): AsyncGenerator<Buffer> {
  const start = await dataStart(path, file, entry)
  const damaged = () =>
    broken(file, 'bad_zip', `The data of ${entry.name} is damaged or cut off.`, entry.offset)
  if (entry.packedBytes > 0) {
    const packed = createReadStream(path, { start, end: start + entry.packedBytes - 1 })
    const unpacked: Readable = entry.method === 8 ? packed.pipe(createInflateRaw()) : packed
    packed.on('error', (error) => unpacked.destroy(error))
    let size = 0
    let crc = 0
    try {
      for await (const chunk of unpacked as AsyncIterable<Buffer>) {
        size += chunk.length
        // The directory's size was checked against the limits, so nothing may exceed it.
        if (size > entry.sizeBytes) throw damaged()
        crc = crc32(chunk, crc)
        yield chunk
      }
    } catch (cause) {
      throw cause instanceof FormatError ? cause : damaged()
    } finally {
      packed.destroy()
    }
    if (size !== entry.sizeBytes || crc !== entry.crc) throw damaged()
  } else if (entry.sizeBytes > 0) throw damaged()
}

async function dataStart(path: string, file: string, entry: ArchivedFile): Promise<number> {
  const handle = await open(path, 'r')
  try {
    const head = await bytesAt(handle, entry.offset, LOCAL_BYTES)
    if (head.length < LOCAL_BYTES || head.readUInt32LE(0) !== LOCAL_FILE) {
      throw broken(file, 'bad_zip', `The header of ${entry.name} is damaged.`, entry.offset)
    }
    return entry.offset + LOCAL_BYTES + head.readUInt16LE(26) + head.readUInt16LE(28)
  } finally {
    await handle.close()
  }
}
