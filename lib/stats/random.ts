/** A seeded generator: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Returns 32 random bits as an unsigned integer. */
  bits(): number
  /** Writes random bits into all words, those that `bits` would give one after another; several times as fast. */
  fill(words: Uint32Array): void
  /** Returns a double in [0, 1) with 53 random bits. */
  next(): number
  /** Returns an integer in [0, n) without bias; n at most 2^32. */
  below(n: number): number
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** Returns xoshiro128** (Blackman and Vigna, 2018) over the four given state words, which must not all be 0. */
export function xoshiro128(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state.map((word) => word | 0) as [number, number, number, number]
  const bits = () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result
  }
  const fill = (words: Uint32Array) => {
    // In variables of the loop's own, as those of a closure are read from memory each time.
    let [p, q, r, s] = [a, b, c, d]
    for (let i = 0; i < words.length; i += 1) {
      words[i] = Math.imul(rotateLeft(Math.imul(q, 5), 7), 9)
      const shifted = q << 9
      r ^= p
      s ^= q
      q ^= r
      p ^= s
      r ^= shifted
      s = rotateLeft(s, 11)
    }
    ;[a, b, c, d] = [p, q, r, s]
  }
  return {
    bits,
    fill,
    next: () => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53,
    below(n) {
      // Values past the last full multiple of n are drawn again; taking them would favour small results.
      const limit = 2 ** 32 - (2 ** 32 % n)
      let value = bits()
      while (value >= limit) value = bits()
      return value % n
    },
  }
}

/** A bijection of 32-bit words whose every output bit depends on every input bit (SplitMix32's finaliser). */
function mix(word: number): number {
  let z = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}

// The golden ratio in 32 bits: odd multiples of it keep the four words of a state apart.
const GOLDEN = 0x9e3779b9

/** Returns a generator for a seed, any safe integer; different seeds have different states. */
export function createRandom(seed: number): Random {
  const low = seed >>> 0
  const high = Math.floor(seed / 2 ** 32) | 0
  const a = mix(low + GOLDEN)
  const b = mix((a ^ high) + Math.imul(GOLDEN, 3))
  return xoshiro128([a, b, mix(b ^ Math.imul(GOLDEN, 5)), mix(a + b) | 1])
}

/**
 * Returns k different integers of 0..n-1 in drawn order (all of them when k >= n). The first j of a sample are the
 * sample of j under the same seed, so a larger sample extends a smaller one.
 */
export function sampleWithoutReplacement(n: number, k: number, seed: number): Uint32Array {
  const random = createRandom(seed)
  const size = Math.min(n, k)
  const moved = new Map<number, number>()
  const drawn = new Uint32Array(size)
  for (let i = 0; i < size; i += 1) {
    const j = i + random.below(n - i)
    drawn[i] = moved.get(j) ?? j
    moved.set(j, moved.get(i) ?? i)
  }
  return drawn
}
