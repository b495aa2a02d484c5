import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { contextOf, FormatError } from '../format-error'
import { checkNames, nameProblem } from './zip-names'

/** How zip archives begin: a first file, or the directory of an empty archive. */
const MARKS = new Set([0x04034b50, 0x06054b50])
/** Far above any bundle; a directory of more is not a data set. */
const MAX_ENTRIES = 10_000
/** Data of this kind shrinks by a factor of 3 to 20; a bomb by 1,000. */
const MAX_RATIO = 100
/** Small files may shrink more without being a danger. */
const FREE_BYTES = 1 << 20
const STORED = 0
const DEFLATED = 8
/** General purpose bits: encrypted, strong encryption, masked directory. */
const ENCRYPTED_BITS = 0x1 | 0x40 | 0x2000
/** File type bits of a Unix mode, which the upper half of the attributes holds. */
const TYPE_BITS = 0o170000
const ORDINARY_TYPES = new Set([0, 0o100000, 0o040000])

/** One file of an archive, as its directory lists it. */
export interface ArchivedFile {
  /** Path with forward slashes that stays inside the archive. */
  name: string
  sizeBytes: number
}

/** Limits of unpacking, in bytes. */
export interface ZipLimits {
  maxUnpackedBytes: number
  /** Files in the archive; default 10,000. */
  maxEntries?: number
  /** How much a file may shrink; default 100 times. */
  maxRatio?: number
}

/** An archive whose whole directory was checked. */
export interface ZipArchive {
  files: ArchivedFile[]
  /** Yields the unpacked bytes of one of the files; throws FormatError when they are not what the directory says. */
  unpack(file: ArchivedFile): AsyncGenerator<Buffer>
  close(): void
}

function broken(file: string, reason: string, problem: string, byteOffset: number | null = null) {
  const expected = 'a zip archive of data files, as an export writes it'
  return new FormatError({ file, row: null, byteOffset, reason, problem, expected })
}

/** Returns whether a file begins like a zip archive. */
export async function isZip(path: string): Promise<boolean> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && MARKS.has(buffer.readUInt32LE(0))
  } finally {
    await handle.close()
  }
}

/** What the zip library says, without anything that an archive could have put into it. */
function damaged(file: string, cause: unknown): FormatError {
  const said = contextOf(cause instanceof Error ? cause.message : '')
  return broken(file, 'bad_zip', `The archive is damaged or cut off (${said}).`)
}

/** Many tools write UTF-8 without saying so; the standard's old code page is the rule for all other bytes. */
function nameOf(entry: Entry): string {
  const raw = entry.fileNameRaw
  if (isUtf8(raw)) return raw.toString('utf8')
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true)
}

function entryProblem(entry: Entry, ratio: number): { reason: string; problem: string } | null {
  if ((entry.generalPurposeBitFlag & ENCRYPTED_BITS) !== 0) {
    return { reason: 'zip_encrypted', problem: 'is encrypted' }
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    const problem = `is compressed by method ${entry.compressionMethod}; only stored and deflated files are read`
    return { reason: 'zip_method', problem }
  }
  if (!ORDINARY_TYPES.has((entry.externalFileAttributes >>> 16) & TYPE_BITS)) {
    return { reason: 'zip_type', problem: 'is a link or a device, not a file' }
  }
  const { uncompressedSize, compressedSize } = entry
  if (uncompressedSize > FREE_BYTES && uncompressedSize > compressedSize * ratio) {
    return { reason: 'zip_ratio', problem: `shrinks more than ${ratio} times` }
  }
  return null
}

interface Listed {
  entry: Entry
  name: string
  isFolder: boolean
}

async function readDirectory(
  zip: ZipFile,
  file: string,
  { maxEntries: most = MAX_ENTRIES, maxRatio = MAX_RATIO }: ZipLimits,
): Promise<Listed[]> {
  if (zip.entryCount > most) {
    throw broken(file, 'zip_entries', `The archive holds more than ${most} files.`)
  }
  const listed: Listed[] = []
  for await (const entry of zip.eachEntry()) {
    const raw = nameOf(entry)
    const isFolder = raw.endsWith('/')
    const name = isFolder ? raw.slice(0, -1) : raw
    const shown = JSON.stringify(contextOf(raw))
    const badName = nameProblem(name)
    if (badName) throw broken(file, 'zip_path', `The name of the entry ${shown} ${badName}.`)
    const bad = entryProblem(entry, maxRatio)
    if (bad) throw broken(file, bad.reason, `The entry ${shown} ${bad.problem}.`)
    listed.push({ entry, name, isFolder })
  }
  return listed
}

function checkSizes(listed: readonly Listed[], file: string, size: number, limits: ZipLimits) {
  const total = listed.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
  if (total > limits.maxUnpackedBytes) {
    throw broken(file, 'zip_size', 'Unpacked, the archive is larger than the limit.')
  }
  const { maxRatio = MAX_RATIO } = limits
  if (total > FREE_BYTES && total > size * maxRatio) {
    const problem = `Unpacked, the archive is more than ${maxRatio} times its size.`
    throw broken(file, 'zip_ratio', problem)
  }
}

/** Entries that share bytes unpack to many times what the archive holds. */
async function checkOverlap(zip: ZipFile, listed: readonly Listed[], file: string) {
  const sorted = listed.toSorted(
    (a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader,
  )
  let end = 0
  for (const { entry, name } of sorted) {
    const start = entry.relativeOffsetOfLocalHeader
    if (start < end) {
      const shown = JSON.stringify(contextOf(name))
      const problem = `The entry ${shown} overlaps the one before it.`
      throw broken(file, 'zip_overlap', problem, start)
    }
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
    end = fileDataStart + entry.compressedSize
  }
}

async function* unpackEntry(zip: ZipFile, file: string, entry: Entry, name: string) {
  const failed = () => {
    const problem = `The data of ${contextOf(name)} is damaged or cut off.`
    return broken(file, 'bad_zip', problem, entry.relativeOffsetOfLocalHeader)
  }
  let crc = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc)
      yield chunk
    }
  } catch {
    // Sizes are checked by the library, against those that were held to the limits.
    throw failed()
  }
  if (crc !== entry.crc32) throw failed()
}

/**
 * Opens an archive and returns its files, folders left out. The whole directory is checked before anything is unpacked:
 * throws FormatError for a damaged or encrypted archive, links, unknown methods, entries that overlap, names that lead
 * out, are too long or occur twice, and for more unpacked bytes than the limits allow. Call `close`.
 */
export async function openZip(path: string, file: string, limits: ZipLimits): Promise<ZipArchive> {
  const zip = await yauzl
    .openPromise(path, { autoClose: false, decodeStrings: false })
    .catch((cause: unknown) => {
      throw damaged(file, cause)
    })
  try {
    const listed = await readDirectory(zip, file, limits)
    const clash = checkNames(listed)
    if (clash) throw broken(file, 'zip_names', clash)
    checkSizes(listed, file, zip.fileSize, limits)
    await checkOverlap(zip, listed, file)
    const entries = new Map<ArchivedFile, Entry>()
    for (const { entry, name, isFolder } of listed) {
      if (!isFolder) entries.set({ name, sizeBytes: entry.uncompressedSize }, entry)
    }
    return {
      files: [...entries.keys()],
      unpack: (wanted) => unpackEntry(zip, file, entries.get(wanted) as Entry, wanted.name),
      close: () => zip.close(),
    }
  } catch (cause) {
    zip.close()
    throw cause instanceof FormatError ? cause : damaged(file, cause)
  }
}
