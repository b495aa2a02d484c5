// A Map holds at most 2^24 entries, fewer than the grams of a large cell.
const SHARES = 61

/** Returns a number for each word, the same for equal words, counted from 0. */
export function wordIds(words: readonly string[]): Uint32Array {
  const known = new Map<string, number>()
  return Uint32Array.from(words, (word) => {
    const id = known.get(word) ?? known.size
    if (id === known.size) known.set(word, id)
    return id
  })
}

/** Grams of one length: a number for each place, the same for equal ones, and how many there are. */
export interface Grams {
  ids: Uint32Array
  distinct: number
}

/**
 * Returns the grams one word longer than the given ones: place i stands for `shorter[i]` and the word that follows it.
 * Exact, because pairs of numbers are compared and not hashes of texts.
 */
export function longerGrams(shorter: Grams, words: Uint32Array, length: number): Grams {
  const size = Math.max(0, words.length - length + 1)
  const ids = new Uint32Array(size)
  const known = Array.from({ length: SHARES }, () => new Map<number, number>())
  let distinct = 0
  // Both factors are below 2^26, so the product is exact.
  const width = words.length + 1
  for (let i = 0; i < size; i += 1) {
    const word = words[i + length - 1] as number
    const pair = (shorter.ids[i] as number) * width + word
    const share = known[pair % SHARES] as Map<number, number>
    let id = share.get(pair)
    if (id === undefined) share.set(pair, (id = distinct++))
    ids[i] = id
  }
  return { ids, distinct }
}

/** Returns the grams of length 1. */
export function singleWords(words: Uint32Array): Grams {
  return { ids: words, distinct: words.reduce((most, id) => Math.max(most, id + 1), 0) }
}
