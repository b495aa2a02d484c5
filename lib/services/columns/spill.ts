import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import v8 from 'node:v8'

/** A value as a cache keeps it: its stamp, and the bytes it takes in memory. */
export interface Spilled {
  stamp: string
  value: unknown
  bytes: number
}

interface Place extends Omit<Spilled, 'value'> {
  offset: number
  length: number
}

// Some 400 columns of half a million rows; when it is full, all is made anew once.
const MOST_BYTES = 2 * 1024 ** 3

function isPlain(value: unknown): boolean {
  if (ArrayBuffer.isView(value) || typeof value === 'number') return true
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

/** Returns whether a value can be written down: an array of numbers, or an object of nothing but such and texts. */
export function canSpill(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain)
}

/**
 * What memory has no room for, in a file of the folder given that has no name and ends with the process: read back in a
 * millisecond a megabyte, where measuring texts or sorting takes a second. A disk that takes no more is no error:
 * nothing is kept then.
 */
export class Spill {
  readonly #folder: string
  readonly #places = new Map<string, Place>()
  #file: number | null = null
  #end = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes a value under a key. */
  put(key: string, { stamp, value, bytes: inMemory }: Spilled): void {
    if (this.#places.get(key)?.stamp === stamp) return
    try {
      this.#file ??= this.#open()
      const bytes = v8.serialize(value)
      if (this.#end + bytes.length > MOST_BYTES) {
        this.#places.clear()
        this.#end = 0
      }
      let written = 0
      while (written < bytes.length)
        written += fs.writeSync(this.#file, bytes, written, null, this.#end + written)
      this.#places.set(key, { stamp, bytes: inMemory, offset: this.#end, length: bytes.length })
      this.#end += bytes.length
    } catch {
      this.#places.delete(key)
    }
  }

  /** Returns what was written under the key with this very stamp, or undefined. */
  get(key: string, stamp: string): Spilled | undefined {
    const place = this.#places.get(key)
    if (!place || place.stamp !== stamp || this.#file === null) return undefined
    const bytes = Buffer.allocUnsafeSlow(place.length)
    try {
      const read = fs.readSync(this.#file, bytes, 0, place.length, place.offset)
      if (read !== place.length) return undefined
      return { stamp, value: v8.deserialize(bytes), bytes: place.bytes }
    } catch {
      return undefined
    }
  }

  #open(): number {
    const name = path.join(this.#folder, `.columns-${randomUUID()}`)
    const file = fs.openSync(name, 'wx+', 0o600)
    // Only this process has it now; where a file in use cannot lose its name, it stays until somebody deletes it.
    fs.rmSync(name, { force: true })
    return file
  }
}
