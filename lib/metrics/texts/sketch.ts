import { createRandom } from '@/lib/stats/random'
import { emptyTokens, tokenize } from '@/lib/subsets/ngrams'

/** Hash functions of a sketch: a likeness is known to 0.04 or better. */
export const SKETCH_SIZE = 128
/** Whole numbers up to 2^24 are exact in 32 bits. */
const IN_A_FLOAT = 3
/** Entries in which a sketch is stored. */
export const SKETCH_FLOATS = Math.ceil(SKETCH_SIZE / IN_A_FLOAT)

const random = createRandom(1997)
const integers = () => Int32Array.from({ length: SKETCH_SIZE }, () => random.next() * 2 ** 32)
const added = integers()
const factors = integers().map((value) => value | 1)
// As of the hash of sequences: odd, so that no bit of an earlier word is lost.
const BASE = 0x9e3779b1

const tokens = emptyTokens()
const least = new Int32Array(SKETCH_SIZE)

function take(sequence: number): void {
  for (let k = 0; k < SKETCH_SIZE; k += 1) {
    let hash = Math.imul(sequence ^ (added[k] as number), factors[k] as number)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    hash ^= hash >>> 13
    if (hash < (least[k] as number)) least[k] = hash
  }
}

/** Returns the sketch of the sequences of n words of a text, three numbers in a float; null for a text without words. */
export function sketchOf(text: string, n: number): Float32Array | null {
  tokenize(text, tokens)
  const { count, hashes } = tokens
  if (count === 0) return null
  least.fill(0x7fffffff)
  const length = Math.min(n, count)
  for (let first = 0; first + length <= count; first += 1) {
    let hash = 0
    for (let at = first; at < first + length; at += 1)
      hash = (Math.imul(hash, BASE) + (hashes[at] as number)) | 0
    take(hash)
  }
  const sketch = new Float32Array(SKETCH_FLOATS)
  for (let k = 0; k < SKETCH_SIZE; k += 1) {
    const at = Math.floor(k / IN_A_FLOAT)
    const byte = (least[k] as number) & 0xff
    sketch[at] = (sketch[at] as number) + byte * 256 ** (k % IN_A_FLOAT)
  }
  return sketch
}

/** Writes the numbers of a stored sketch to `to`, from a place on. */
export function unpackSketch(
  stored: Float32Array | Float64Array,
  from: number,
  to: Uint8Array,
  at: number,
): void {
  for (let k = 0; k < SKETCH_SIZE; k += 1) {
    const packed = stored[from + Math.floor(k / IN_A_FLOAT)] as number
    to[at + k] = (packed >>> (8 * (k % IN_A_FLOAT))) & 0xff
  }
}

/** Returns the likeness that so many equal numbers of two sketches tell: by chance one in 256 is equal anyway. */
export function likenessOf(equal: number): number {
  return Math.max(0, (equal / SKETCH_SIZE - 1 / 256) / (1 - 1 / 256))
}
