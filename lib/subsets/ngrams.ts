import type { RuleBenchmark } from './types'

// What a character is in the token rule.
const SEPARATOR = 0
const WORD = 1
/** A token of its own: scripts that put no spaces between words. */
const SINGLE = 2
const UNKNOWN = 255

const classes = new Uint8Array(0x11_0000).fill(UNKNOWN)

function classOf(point: number): number {
  const known = classes[point] as number
  if (known !== UNKNOWN) return known
  const text = String.fromCodePoint(point)
  const found = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(
    text,
  )
    ? SINGLE
    : /[\p{L}\p{N}\p{M}]/u.test(text)
      ? WORD
      : SEPARATOR
  classes[point] = found
  return found
}

// Prime and start of FNV-1a in 32 bits.
const FNV_PRIME = 0x01000193
const FNV_START = 0x811c9dc5
// An odd number, so that no bit of an earlier token is lost while a window moves.
const BASE = 0x9e3779b1

/** Tokens of a text: hashes, and where each begins and ends in `text`. */
export interface Tokens {
  text: string
  count: number
  hashes: Int32Array
  starts: Int32Array
  ends: Int32Array
}

/** Returns an empty list of tokens, which `tokenize` fills again and again. */
export function emptyTokens(): Tokens {
  const list = () => new Int32Array(1024)
  return { text: '', count: 0, hashes: list(), starts: list(), ends: list() }
}

function addToken(tokens: Tokens, hash: number, start: number, end: number): void {
  const at = tokens.count
  if (at === tokens.hashes.length) {
    for (const key of ['hashes', 'starts', 'ends'] as const) {
      const larger = new Int32Array(at * 2)
      larger.set(tokens[key])
      tokens[key] = larger
    }
  }
  tokens.hashes[at] = hash
  tokens.starts[at] = start
  tokens.ends[at] = end
  tokens.count = at + 1
}

/**
 * Fills `tokens` with those of a text. The rule: Unicode form NFKC in lower case; a token is a run of letters, digits and
 * marks; each Chinese, Japanese or Korean character is a token of its own; everything else separates.
 */
export function tokenize(raw: string, tokens: Tokens): void {
  // Plain ASCII is in that form already, and most texts are.
  const isAscii = /^\p{ASCII}*$/u.test(raw)
  const text = (isAscii ? raw : raw.normalize('NFKC')).toLowerCase()
  tokens.text = text
  tokens.count = 0
  let hash = FNV_START
  let start = -1
  for (let at = 0; at < text.length; at += 1) {
    let point = text.charCodeAt(at)
    const isPair = point >= 0xd800 && point <= 0xdbff
    if (isPair) point = text.codePointAt(at) as number
    const known = classOf(point)
    const end = point > 0xffff ? at + 2 : at + 1
    if (known !== WORD && start >= 0) {
      addToken(tokens, hash, start, at)
      start = -1
    }
    if (known === WORD) {
      if (start < 0) {
        start = at
        hash = FNV_START
      }
      hash = Math.imul(hash ^ point, FNV_PRIME)
    } else if (known === SINGLE) {
      addToken(tokens, Math.imul(FNV_START ^ point, FNV_PRIME), at, end)
    }
    at = end - 1
  }
  if (start >= 0) addToken(tokens, hash, start, text.length)
}

/** Returns n tokens as one text, for comparing and for showing. */
function gramOf(tokens: Tokens, first: number, n: number): string {
  const words: string[] = []
  for (let at = first; at < first + n; at += 1) {
    words.push(tokens.text.slice(tokens.starts[at], tokens.ends[at]))
  }
  return words.join(' ')
}

/** Calls `visit` with the hash and first token of every window of n tokens. */
function eachWindow(
  tokens: Tokens,
  n: number,
  top: number,
  visit: (hash: number, first: number) => void,
) {
  const { count, hashes } = tokens
  if (count < n) return
  let hash = 0
  for (let at = 0; at < count; at += 1) {
    if (at >= n) hash = (hash - Math.imul(hashes[at - n] as number, top)) | 0
    hash = (Math.imul(hash, BASE) + (hashes[at] as number)) | 0
    if (at >= n - 1) visit(hash, at - n + 1)
  }
}

/** An n-gram that a text shares with an item of a benchmark. */
export interface Match {
  benchmark: number
  item: number
  /** The first shared n-gram. */
  ngram: string
  /** Share of the item's distinct n-grams that the text holds. */
  share: number
}

interface Gram {
  text: string
  /** Items that hold it: benchmark and item, one number each. */
  items: number[]
}

/** The n-grams of benchmarks, ready to be looked for in texts. */
export interface GramIndex {
  /** Items that have fewer than n tokens and so no n-gram. */
  tooShort: number
  items: number
  /** Returns the items with which a text shares n-grams; equal hashes are compared by their words. */
  find(text: string): Match[]
}

// One bit for each of 2^24 hash values: 2 MB answer most look-ups without touching the table.
const FILTER_BITS = 24

/** Returns the index of all n-grams of the benchmarks' items. */
export function gramIndex(benchmarks: readonly RuleBenchmark[], n: number): GramIndex {
  const bits = new Uint8Array(1 << (FILTER_BITS - 3))
  const byHash = new Map<number, Gram[]>()
  const places: { benchmark: number; item: number; grams: number }[] = []
  const tokens = emptyTokens()
  let top = 1
  for (let step = 1; step < n; step += 1) top = Math.imul(top, BASE)
  let tooShort = 0
  const filterPlace = (hash: number) => (hash ^ (hash >>> 13)) & ((1 << FILTER_BITS) - 1)
  benchmarks.forEach(({ items }, benchmark) => {
    items.forEach((itemText, item) => {
      tokenize(itemText, tokens)
      if (tokens.count < n) {
        tooShort += 1
        return
      }
      const place = { benchmark, item, grams: 0 }
      const no = places.push(place) - 1
      eachWindow(tokens, n, top, (hash, first) => {
        const text = gramOf(tokens, first, n)
        const list = byHash.get(hash) ?? []
        if (list.length === 0) byHash.set(hash, list)
        let gram = list.find((one) => one.text === text)
        if (!gram) list.push((gram = { text, items: [] }))
        if (gram.items.at(-1) === no) return
        gram.items.push(no)
        place.grams += 1
        const bit = filterPlace(hash)
        bits[bit >> 3] = (bits[bit >> 3] as number) | (1 << (bit & 7))
      })
    })
  })
  return {
    tooShort,
    items: places.length,
    find(text) {
      tokenize(text, tokens)
      const found = new Map<number, Set<Gram>>()
      eachWindow(tokens, n, top, (hash, first) => {
        const bit = filterPlace(hash)
        if (((bits[bit >> 3] as number) & (1 << (bit & 7))) === 0) return
        const list = byHash.get(hash)
        if (!list) return
        const words = gramOf(tokens, first, n)
        const gram = list.find((one) => one.text === words)
        for (const no of gram?.items ?? []) {
          const grams = found.get(no) ?? new Set<Gram>()
          found.set(no, grams.add(gram as Gram))
        }
      })
      return [...found].map(([no, grams]) => {
        const { benchmark, item, grams: all } = places[no] as (typeof places)[number]
        const [first] = grams
        return { benchmark, item, ngram: first?.text ?? '', share: grams.size / all }
      })
    },
  }
}
