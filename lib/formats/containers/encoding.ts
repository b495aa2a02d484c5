import { isUtf8 } from 'node:buffer'
import type { Encoding } from '@/lib/contracts/opening'

/** What the first bytes say about the text encoding. `bomBytes` are to be skipped. */
export interface EncodingGuess {
  encoding: Encoding | null
  bomBytes: number
  /** Set when the text cannot be read without the user's choice. */
  looksLike: 'UTF-16' | 'UTF-32' | null
}

/** Returns the encoding by byte-order mark; zero bytes among the first 4 without one mean UTF-16 or UTF-32. */
export function guessEncoding(head: Uint8Array): EncodingGuess {
  const [a, b, c, d] = head
  if (a === 0xef && b === 0xbb && c === 0xbf)
    return { encoding: 'utf-8', bomBytes: 3, looksLike: null }
  const isUtf32 =
    (a === 0xff && b === 0xfe && c === 0 && d === 0) ||
    (a === 0 && b === 0 && c === 0xfe && d === 0xff)
  if (isUtf32) return { encoding: null, bomBytes: 4, looksLike: 'UTF-32' }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', bomBytes: 2, looksLike: null }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', bomBytes: 2, looksLike: null }
  const zeros = [a, b, c, d].filter((byte) => byte === 0).length
  if (zeros > 0) return { encoding: null, bomBytes: 0, looksLike: zeros >= 3 ? 'UTF-32' : 'UTF-16' }
  return { encoding: 'utf-8', bomBytes: 0, looksLike: null }
}

/** Returns the length in bytes of the character that starts at `at` in the original encoding. */
function widthAt(encoding: Encoding, bytes: Uint8Array, at: number): number {
  if (encoding === 'windows-1252') return 1
  if (encoding === 'gb18030') {
    if ((bytes[at] ?? 0) < 0x81) return 1
    const second = bytes[at + 1] ?? 0
    return second >= 0x30 && second <= 0x39 ? 4 : 2
  }
  if (encoding === 'utf-8') return utf8Width(bytes[at] ?? 0)
  const high = (encoding === 'utf-16le' ? bytes[at + 1] : bytes[at]) ?? 0
  return high >= 0xd8 && high <= 0xdb ? 4 : 2
}

function utf8Width(lead: number): number {
  if (lead < 0x80) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

interface Span {
  utf8Start: number
  originalStart: number
  utf8: Buffer
  original: Buffer
}

/**
 * Maps positions in the decoded UTF-8 stream to positions in the original bytes by walking both side by side. Positions must be
 * asked in ascending order; what lies before the last one is forgotten.
 */
export class OffsetMap {
  private spans: Span[] = []
  private utf8At = 0
  private originalAt: number

  constructor(
    private readonly encoding: Encoding,
    private readonly bomBytes: number,
  ) {
    this.originalAt = bomBytes
  }

  /** Notes one decoded chunk. */
  add(utf8: Buffer, original: Buffer): void {
    const last = this.spans.at(-1)
    this.spans.push({
      utf8Start: last ? last.utf8Start + last.utf8.length : this.utf8At,
      originalStart: last ? last.originalStart + last.original.length : this.originalAt,
      utf8,
      original,
    })
  }

  /** Returns the original position of a UTF-8 position. */
  toOriginal(utf8Position: number): number {
    if (this.encoding === 'utf-8') return utf8Position + this.bomBytes
    let span = this.spans[0]
    while (span && this.spans.length > 1 && utf8Position >= span.utf8Start + span.utf8.length) {
      this.spans.shift()
      span = this.spans[0]
    }
    if (!span) return this.originalAt
    if (this.utf8At < span.utf8Start) {
      this.utf8At = span.utf8Start
      this.originalAt = span.originalStart
    }
    const utf8End = span.utf8Start + span.utf8.length
    while (this.utf8At < utf8Position && this.utf8At < utf8End) {
      this.originalAt += widthAt(this.encoding, span.original, this.originalAt - span.originalStart)
      this.utf8At += utf8Width(span.utf8[this.utf8At - span.utf8Start] ?? 0)
    }
    return this.originalAt
  }
}

// 0x80 to 0x9F of Windows-1252; a blank marks the five bytes without a character. Node 20 decodes this range as ISO 8859-1.
const WINDOWS_HIGH = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

/** Returns a strict decoder for whole characters; it throws on bytes without a meaning. */
export function decoderOf(encoding: Encoding): (bytes: Buffer) => string {
  if (encoding === 'windows-1252') return decodeWindows1252
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  return (bytes) => decoder.decode(bytes)
}

function decodeWindows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (char) => {
    const mapped = WINDOWS_HIGH[char.charCodeAt(0) - 0x80]
    if (mapped === undefined || mapped === ' ') throw new RangeError('no character for this byte')
    return mapped
  })
}

/** Returns how many bytes at the start of `bytes` hold whole characters of the encoding. */
export function wholeCharacters(encoding: Encoding, bytes: Uint8Array): number {
  if (encoding === 'windows-1252') return bytes.length
  if (encoding === 'utf-8') return wholeUtf8(bytes)
  let at = 0
  while (at < bytes.length) {
    // The width of a character is known only with its second byte.
    if (at + 1 >= bytes.length && widthAt(encoding, bytes, at) > 1) break
    const width = widthAt(encoding, bytes, at)
    if (at + width > bytes.length) break
    at += width
  }
  return at
}

function wholeUtf8(bytes: Uint8Array): number {
  const n = bytes.length
  for (let back = 1; back <= 3 && back <= n; back++) {
    const byte = bytes[n - back] ?? 0
    if (byte < 0x80) return n
    if (byte >= 0xc0) return utf8Width(byte) > back ? n - back : n
  }
  return n
}

/** Returns the index of the first byte that is not UTF-8, or -1. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1
  let at = 0
  while (at < bytes.length) {
    const width = utf8Width(bytes[at] ?? 0)
    if (!isUtf8(bytes.subarray(at, Math.min(at + width, bytes.length)))) return at
    at += width
  }
  return -1
}
