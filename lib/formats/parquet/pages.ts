import { crc32 } from 'node:zlib'
import { DamagedParquet } from './damaged'
import { readThrift, type ThriftFields } from './thrift'

/** Unpacked size of one page; writers make pages of 1 MB, and a page holds at least one text of a row of 16 MB. */
const MAX_PAGE_BYTES = 128 << 20
/** Values of one page; writers end pages at some ten thousand, columns of nulls at a row group's length. */
const MAX_PAGE_VALUES = 4_000_000
/** Codes of page types and encodings that are told apart here. */
const [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] = [0, 2, 3]
const [PLAIN_DICTIONARY, RLE, RLE_DICTIONARY] = [2, 3, 8]

/** What is known of a column before its pages are read. */
export interface LeafInfo {
  isBoolean: boolean
  isPacked: boolean
  /** Values that the footer counts, nulls included. */
  values: number
  maxDefinition: number
  maxRepetition: number
}

/** A data page whose packed part is looked at once it is unpacked. */
interface PackedPage {
  values: number
  encoding: number
  /** Levels stand before the values inside the packed part. */
  hasLevels: boolean
}

/** The pages of one column chunk, checked as far as they are not packed. */
export interface CheckedPages {
  unpackedBytes: number
  /** Throws DamagedParquet where an unpacked page would make its reader run beyond the page. */
  checkUnpacked(packed: Uint8Array, page: Uint8Array): void
}

/**
 * Returns the checked pages of a column chunk. The library reads what lengths and counts say, and a run of a few bytes
 * may say a thousand million; so every header, level and run is held to the counts around it first. Throws DamagedParquet.
 */
export function checkPages(chunk: Uint8Array, leaf: LeafInfo): CheckedPages {
  // By content: the library hands over the packed bytes of a page without saying which page it is.
  const packed = new Map<string, PackedPage>()
  let unpackedBytes = 0
  let values = 0
  let at = 0
  // The library stops one byte before the end.
  while (at < chunk.length - 1) {
    const header = readThrift(chunk, at)
    const page = pageOf(header.fields, leaf)
    const bytes = chunk.subarray(header.end, header.end + page.packedSize)
    if (bytes.length !== page.packedSize) throw new DamagedParquet('A page is cut off.')
    if (page.crc !== null && crc32(bytes) !== page.crc) {
      throw new DamagedParquet('The checksum of a page is not that of its bytes.')
    }
    at = header.end + page.packedSize
    unpackedBytes += page.size
    values += page.isDictionary ? 0 : page.values
    if (values > leaf.values) throw new DamagedParquet('A column has more values than it states.')
    const levels = page.levels ? checkLevels(bytes, page, leaf) : 0
    const rest = bytes.subarray(levels)
    const isPacked = leaf.isPacked && page.isPacked
    if (!isPacked && page.size !== page.packedSize) {
      throw new DamagedParquet('A page that is not packed has two sizes.')
    }
    if (page.isDictionary) continue
    const { encoding } = page
    const entry = { values: page.values, encoding, hasLevels: page.levels === null }
    if (isPacked) packed.set(keyOf(rest), entry)
    else checkValues(rest, entry, leaf)
  }
  if (values !== leaf.values) throw new DamagedParquet('A column has fewer values than it states.')
  return {
    unpackedBytes,
    checkUnpacked(from, page) {
      const known = packed.get(keyOf(from))
      if (known) checkValues(page, known, leaf)
    },
  }
}

function keyOf(bytes: Uint8Array): string {
  return `${bytes.length}.${crc32(bytes)}`
}

interface Page {
  isDictionary: boolean
  size: number
  packedSize: number
  crc: number | null
  values: number
  encoding: number
  /** Lengths of the levels that stand before the packed part; null where they are inside it. */
  levels: { definition: number; repetition: number } | null
  isPacked: boolean
}

function pageOf(fields: ThriftFields, { maxDefinition, maxRepetition }: LeafInfo): Page {
  const type = fields[1]
  const head = fields[type === DICTIONARY_PAGE ? 7 : type === DATA_PAGE_V2 ? 8 : 5]
  const isKnown = type === DATA_PAGE || type === DICTIONARY_PAGE || type === DATA_PAGE_V2
  if (!isKnown || typeof head !== 'object') throw new DamagedParquet('A page is of no known type.')
  const size = count(fields[2], MAX_PAGE_BYTES, 'bytes')
  const packedSize = count(fields[3], MAX_PAGE_BYTES, 'bytes')
  const values = count(head[1], MAX_PAGE_VALUES, 'values')
  const crc = typeof fields[4] === 'number' ? fields[4] >>> 0 : null
  const shared = { isDictionary: type === DICTIONARY_PAGE, size, packedSize, crc, values }
  if (type === DATA_PAGE_V2) {
    const levels = {
      definition: count(head[5], packedSize, 'bytes of levels'),
      repetition: count(head[6], packedSize, 'bytes of levels'),
    }
    if (count(head[2], values, 'nulls') > values) throw new DamagedParquet('Too many nulls.')
    return { ...shared, encoding: Number(head[4]), levels, isPacked: head[7] !== false }
  }
  // The older form of levels looks like the newer one and means something else. Where there are none it may be named.
  const isOld = (maxDefinition > 0 && head[3] !== RLE) || (maxRepetition > 0 && head[4] !== RLE)
  if (type === DATA_PAGE && isOld) {
    throw new DamagedParquet('Levels are in the old form BIT_PACKED, which is not read.')
  }
  return { ...shared, encoding: Number(head[2]), levels: null, isPacked: true }
}

function count(value: unknown, most: number, what: string): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new DamagedParquet(`A page states ${String(value)} ${what}; at most ${most} are read.`)
}

/** Returns the length of the levels of a page of the second version. */
function checkLevels(bytes: Uint8Array, { levels, values }: Page, leaf: LeafInfo): number {
  const { definition, repetition } = levels as NonNullable<Page['levels']>
  const end = repetition + definition
  if (end > bytes.length) throw new DamagedParquet('Levels are longer than their page.')
  if (leaf.maxRepetition > 0) checkRuns(bytes, 0, repetition, widthOf(leaf.maxRepetition), values)
  if (leaf.maxDefinition > 0) checkRuns(bytes, repetition, end, widthOf(leaf.maxDefinition), values)
  return end
}

/** Checks levels of a page of the first version, and the runs of values that are kept as indexes. */
function checkValues(
  page: Uint8Array,
  { values, encoding, hasLevels }: PackedPage,
  leaf: LeafInfo,
) {
  let at = 0
  const runs = (width: number) => {
    const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true)
    if (at + 4 + length > page.length)
      throw new DamagedParquet('Levels are longer than their page.')
    checkRuns(page, at + 4, at + 4 + length, width, values)
    at += 4 + length
  }
  if (hasLevels && leaf.maxRepetition > 0) runs(widthOf(leaf.maxRepetition))
  if (hasLevels && leaf.maxDefinition > 0) runs(widthOf(leaf.maxDefinition))
  if (encoding === RLE && leaf.isBoolean && at < page.length) runs(1)
  if ((encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) && at < page.length) {
    const width = page[at] as number
    if (width > 32) throw new DamagedParquet('Indexes are wider than 32 bits.')
    checkRuns(page, at + 1, page.length, width, values)
  }
}

function widthOf(level: number): number {
  return 32 - Math.clz32(level)
}

/** Checks that runs of repeated or packed numbers neither leave their bytes nor give more than `most` numbers. */
function checkRuns(bytes: Uint8Array, from: number, to: number, width: number, most: number): void {
  let seen = 0
  let at = from
  while (seen < most && at < to) {
    let header = 0
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      if (at >= to || shift > 28) throw new DamagedParquet('A run is cut off.')
      byte = bytes[at++] as number
      header += (byte & 0x7f) * 2 ** shift
    }
    const length = Math.floor(header / 2)
    const isPacked = header % 2 === 1
    if (length === 0) throw new DamagedParquet('A run is empty.')
    if (!isPacked && length > most - seen) throw new DamagedParquet('A run is too long.')
    at += isPacked ? length * width : (width + 7) >> 3
    if (at > to) throw new DamagedParquet('A run is longer than its page.')
    seen += isPacked ? length * 8 : length
  }
}
