import { isUtf8 } from 'node:buffer'
import { wholeCharacters } from './encoding'

/** The bytes in hand: what is left of the row that is not finished, and the newest chunk. */
export class Window {
  bytes: Buffer = Buffer.alloc(0)
  /** Position of bytes[0] in the UTF-8 stream. */
  base = 0
  /** True when rows in these bytes must be checked one by one for invalid UTF-8. */
  isSuspect = false
  /** Bytes at the end that may be the start of a character. */
  private unchecked = 0

  /** Drops what lies before `keepFrom` and appends the chunk; positions shift by `keepFrom`. */
  append(chunk: Buffer, keepFrom: number): void {
    const carried = this.bytes.length - keepFrom
    this.base += keepFrom
    this.bytes = carried > 0 ? Buffer.concat([this.bytes.subarray(keepFrom), chunk]) : chunk
    const from = carried - Math.min(this.unchecked, carried)
    const fresh = this.bytes.subarray(from)
    const whole = wholeCharacters('utf-8', fresh)
    this.unchecked = fresh.length - whole
    this.isSuspect = !isUtf8(fresh.subarray(0, whole)) || (this.isSuspect && carried > 0)
  }

  /** At the end of the file a started character is an error. */
  finish(): void {
    if (this.unchecked > 0) this.isSuspect = true
  }
}
