/** The different rows of a matrix. */
export interface Distinct {
  n: number
  /** Input row that each different row is taken from: its first copy, ascending. */
  first: Uint32Array
  /** Number of input rows equal to it. */
  copies: Uint32Array
  /** Different row of each input row. */
  group: Uint32Array
}

/** Returns the different rows of a row-major n x d matrix by their bytes, in order of first appearance. */
export function distinctRows(rows: Float32Array, n: number, d: number): Distinct {
  const words = new Int32Array(rows.buffer, rows.byteOffset, n * d)
  const first = new Uint32Array(n)
  const copies = new Uint32Array(n)
  const group = new Uint32Array(n)
  const byHash = new Map<number, number[]>()
  let found = 0
  const equal = (a: number, b: number) => {
    for (let k = 0; k < d; k += 1) if (words[a * d + k] !== words[b * d + k]) return false
    return true
  }
  for (let i = 0; i < n; i += 1) {
    // Two chains side by side: the processor waits for the step before in each.
    let [hash, other] = [0x811c9dc5, 0x01234567]
    const [from, end] = [i * d, (i + 1) * d]
    for (let k = from; k < end; k += 2) {
      hash = Math.imul(hash ^ (words[k] as number), 0x01000193)
      hash ^= hash >>> 15
      // The last of an odd number stands in both.
      other = Math.imul(other ^ (words[Math.min(k + 1, end - 1)] as number), 0x01000193)
      other ^= other >>> 15
    }
    hash = Math.imul(hash, 31) ^ other
    const candidates = byHash.get(hash)
    const known = candidates?.find((g) => equal(first[g] as number, i))
    if (known !== undefined) {
      group[i] = known
      copies[known] = (copies[known] as number) + 1
      continue
    }
    first[found] = i
    copies[found] = 1
    group[i] = found
    if (candidates) candidates.push(found)
    else byHash.set(hash, [found])
    found += 1
  }
  return { n: found, first: first.slice(0, found), copies: copies.slice(0, found), group }
}
