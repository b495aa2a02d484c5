const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const POINT = 0x2e
const ZERO = 0x30
const LOWER_E = 0x65
// A double holds every decimal of 15 digits and prints at most 17: more digits need their literal text.
const SAFE_DIGITS = 17

/**
 * Finds the end of one JSON value in bytes that may arrive in pieces, and notes on the way what JSON.parse would hide: the number of
 * keys (to notice duplicates), nesting, numbers that print differently, surrogate and NUL escapes. Looks at structure only; grammar is left to the parser.
 */
export class JsonScan {
  depth = 0
  maxDepth = 0
  /** Colons outside strings = keys of all objects. */
  keys = 0
  /** A number has more digits than a double prints, an exponent, or a fraction that ends in 0. */
  hasOddNumber = false
  /** A \ud... escape occurs: the text may hold half a pair. */
  hasSurrogateEscape = false
  hasNulEscape = false
  /** True while the bytes so far end inside a string. */
  isInString = false
  private escaped = false
  private digits = 0
  private hasPoint = false
  private last = 0

  /** Forgets the last value. */
  reset(): void {
    this.depth = 0
    this.maxDepth = 0
    this.keys = 0
    this.hasOddNumber = false
    this.hasSurrogateEscape = false
    this.hasNulEscape = false
    this.isInString = false
    this.escaped = false
    this.digits = 0
    this.hasPoint = false
    this.last = 0
  }

  /**
   * Scans from `from` and returns the position after the bracket that brings the depth back to 0, or -1 when the bytes end before.
   * Call again with the following bytes to go on.
   */
  run(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    let digits = this.digits
    let hasPoint = this.hasPoint
    let last = this.last
    let keys = this.keys
    let depth = this.depth
    let maxDepth = this.maxDepth
    let closed = -1
    if (this.isInString) at = this.stringEnd(bytes, at, end)
    while (at < end) {
      const byte = bytes[at] as number
      at++
      if (byte === QUOTE) {
        at = this.stringEnd(bytes, at, end)
      } else if (byte >= 0x30 && byte <= 0x39) {
        last = byte
        if (++digits > SAFE_DIGITS) this.hasOddNumber = true
      } else if (isNumberPart(byte)) {
        // The e of true and false has no digit before it.
        if (digits > 0 && byte === POINT) hasPoint = true
        else if (digits > 0 && (byte | 0x20) === LOWER_E) this.hasOddNumber = true
      } else {
        if (hasPoint && last === ZERO) this.hasOddNumber = true
        hasPoint = false
        digits = 0
        if (byte === COLON) keys++
        else if (byte === 0x7b || byte === 0x5b) {
          if (++depth > maxDepth) maxDepth = depth
        } else if ((byte === 0x7d || byte === 0x5d) && --depth <= 0) {
          closed = at
          break
        }
      }
    }
    this.hasPoint = hasPoint
    this.last = last
    this.digits = digits
    this.keys = keys
    this.depth = depth
    this.maxDepth = maxDepth
    return closed
  }

  /** Returns the position after the closing quote, or `end` with the state kept. */
  private stringEnd(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    if (this.escaped && at < end) {
      this.noteEscape(bytes, at, end)
      at++
      this.escaped = false
    }
    while (at < end) {
      const byte = bytes[at] as number
      at++
      if (byte === QUOTE) {
        this.isInString = false
        return at
      }
      if (byte === BACKSLASH) {
        if (at >= end) {
          this.escaped = true
          break
        }
        this.noteEscape(bytes, at, end)
        at++
      }
    }
    this.isInString = true
    return end
  }

  private noteEscape(bytes: Uint8Array, at: number, end: number): void {
    if (bytes[at] !== 0x75) return
    // Cut off by the end of the piece: assume the rare case, the parser looks closely.
    const third = at + 4 < end ? bytes[at + 1] : -1
    if (third === -1 || third === 0x64 || third === 0x44) this.hasSurrogateEscape = true
    const isNul =
      third === 0x30 && bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30 && bytes[at + 4] === 0x30
    if (third === -1 || isNul) this.hasNulEscape = true
  }
}

/** . + - e E, which go on with a number. */
function isNumberPart(byte: number): boolean {
  return byte === 0x2e || byte === 0x2d || byte === 0x2b || byte === 0x65 || byte === 0x45
}
