import { createHash } from 'node:crypto'
import type { KeptProgress } from '../types'
import type { Found } from './plan'
import type { Side } from './sides'

// Changes when what is kept, or the order of the stripes, does.
const FORMAT = 'evolens neighbours 1'

interface Search {
  own: Side
  other: Side | null
  d: number
  threshold: number
  found: Found
}

/** Returns what a search is told by: its vectors and threshold. */
function fingerprint({ own, other, d, threshold, found }: Search): Buffer {
  const hash = createHash('sha256').update(`${FORMAT} ${d} ${threshold} ${found.second !== null}`)
  for (const side of other ? [own, other] : [own]) {
    hash.update(`${side.n} ${side.rows.length}`).update(side.rows).update(side.ids)
  }
  return hash.digest()
}

const bytesOf = (array: ArrayBufferView) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/**
 * Returns what reads and writes the progress of a search: the number of finished stripes and everything that was found in
 * them. What another search left is not read.
 */
export function progressKeeper(kept: KeptProgress, search: Search) {
  const { distance, nearest, near, second } = search.found
  const parts = [distance, nearest, near, ...(second ? [second] : [])].map(bytesOf)
  const head = 36
  const size = parts.reduce((sum, part) => sum + part.length, head)
  let known: Buffer | null = null
  return {
    /** Puts back what was found and returns the number of finished stripes; 0 where nothing of this search was left. */
    read(): number {
      const stored = kept.read()
      if (stored?.length !== size) return 0
      known = fingerprint(search)
      const view = Buffer.from(stored.buffer, stored.byteOffset, size)
      if (!view.subarray(0, 32).equals(known)) return 0
      let at = head
      for (const part of parts) {
        part.set(view.subarray(at, at + part.length))
        at += part.length
      }
      return view.readUInt32LE(32)
    },
    write(stripes: number): void {
      known ??= fingerprint(search)
      const count = Buffer.alloc(4)
      count.writeUInt32LE(stripes)
      kept.write(Buffer.concat([known, count, ...parts]))
    },
  }
}
