import { countMask } from './filter'
import { sortPermutation, type SortedRows } from './sort'

/** Units of a text that are kept for sorting; texts that agree in all of them are read again. */
const UNITS = 40
/** Characters of a text that give so many units: marks that count for nothing are passed over. */
export const ORDER_CHARACTERS = 64
/** Three units of 16 bits fit the whole numbers of a double. */
const KEY_UNITS = 3
/** Rows below which comparing two at a time is quicker than sorting by three units. */
const FEW = 2_048
/** No number that fits is longer. */
const MOST_DIGITS = UNITS

/** Rows between two chances for others: some milliseconds. */
const STEP_ROWS = 20_000

const END = 0
const IS_HAN = /\p{Script=Han}/u
const IS_ASCII = /^\p{ASCII}*$/u

const letters = new Intl.Collator('en', { sensitivity: 'base' })
const wholes = new Intl.Collator('zh', { numeric: true })
const han = new Intl.Collator('zh', { sensitivity: 'base' })

/** Letters by the order of Unicode whatever their case and accents, Chinese characters after all others and by pinyin. */
function compareSigns(a: string, b: string): number {
  const isHan = IS_HAN.test(a)
  const either = Number(isHan) - Number(IS_HAN.test(b))
  return either || (isHan ? han : letters).compare(a, b)
}

const byCharacters = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/**
 * Sorts texts alphabetically: letters of all scripts as Unicode orders them, without regard to case and accents, Chinese
 * characters by pinyin, numbers by their value; what is equal so, by its characters. Texts are added by row, and only their
 * beginnings are kept.
 */
export class TextOrder {
  readonly #units: Uint16Array
  /** One byte a row: 1 where there is a text. */
  readonly #isThere: Uint8Array
  /** Sign -> its number. Those up to MOST_DIGITS are the lengths of numbers. The first of its kind is the digit 0. */
  readonly #numbers = new Map([['0', MOST_DIGITS + 1]])

  constructor(rows: number) {
    this.#units = new Uint16Array(rows * UNITS)
    this.#isThere = new Uint8Array(rows)
  }

  #numberOf(sign: string): number {
    const known = this.#numbers.get(sign)
    if (known !== undefined) return known
    // Beyond 65,000 distinct signs the rest are one.
    const number = Math.min(MOST_DIGITS + 1 + this.#numbers.size, 0xffff)
    this.#numbers.set(sign, number)
    return number
  }

  /** Adds the text of a row, which has none while it is empty, or its first ORDER_CHARACTERS characters. */
  add(row: number, text: string): void {
    if (text === '') return
    this.#isThere[row] = 1
    const isCut = text.length >= ORDER_CHARACTERS
    // Half of a character at the end is left out.
    const isHalf = isCut && (text.codePointAt(ORDER_CHARACTERS - 1) as number) > 0xffff
    const beginning = isCut ? text.slice(0, ORDER_CHARACTERS - Number(isHalf)) : text
    const shown = IS_ASCII.test(beginning) ? beginning : beginning.normalize('NFKC')
    const last = (row + 1) * UNITS
    let at = row * UNITS
    let k = 0
    while (k < shown.length && at < last) {
      const code = shown.codePointAt(k) as number
      if (code < 48 || code > 57) {
        const sign = String.fromCodePoint(code)
        this.#units[at++] = this.#numberOf(sign)
        k += sign.length
        continue
      }
      let end = k
      while (end < shown.length && isDigit(shown, end)) end += 1
      // A number that is cut or does not fit is longer than any that does; the whole texts decide.
      if ((isCut && end === shown.length) || at + 1 + end - k > last) {
        this.#units[at] = MOST_DIGITS
        break
      }
      while (k < end - 1 && shown[k] === '0') k += 1
      this.#units[at++] = end - k
      for (; k < end; k += 1) this.#units[at++] = this.#numberOf(shown[k] as string)
    }
  }

  /** Replaces the numbers of signs by their places; what counts for nothing is left out. */
  *#rank(): Generator<void> {
    const ranks = new Uint16Array(0x10000)
    let rank = END
    let before: string | null = null
    for (const sign of [...this.#numbers.keys()].sort(compareSigns)) {
      if (letters.compare(sign, '') === 0) continue
      if (before === null || compareSigns(before, sign) !== 0) {
        rank = Math.min(rank + 1, 0xffff)
        // A number begins with its length, which comes before every digit.
        if (sign === '0') for (let n = 1; n <= MOST_DIGITS; n += 1) ranks[n] = rank++
        before = sign
      }
      ranks[this.#numberOf(sign)] = rank
    }
    const units = this.#units
    for (let row = 0; row < this.#isThere.length; row += 1) {
      let to = row * UNITS
      const last = to + UNITS
      for (let from = to; from < last; from += 1) {
        const place = ranks[units[from] as number] as number
        if (place !== END) units[to++] = place
      }
      units.fill(END, to, last)
      if (row % STEP_ROWS === 0) yield
    }
  }

  #compare(a: number, b: number, from: number): number {
    const units = this.#units
    for (let k = from; k < UNITS; k += 1) {
      const difference = (units[a * UNITS + k] as number) - (units[b * UNITS + k] as number)
      if (difference !== 0) return difference
    }
    return 0
  }

  /** Orders rows by three units and returns where each group of equal ones ends. */
  #bySome(rows: Int32Array, from: number): number[] {
    const keys = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i += 1) {
      const start = (rows[i] as number) * UNITS
      for (let k = from; k < from + KEY_UNITS; k += 1)
        keys[i] =
          (keys[i] as number) * 0x10000 + (k < UNITS ? (this.#units[start + k] as number) : END)
    }
    const order = sortPermutation(keys)
    rows.set(order.map((at) => rows[at] as number))
    return ends(rows.length, (i) => keys[order[i] as number] !== keys[order[i - 1] as number])
  }

  /** Returns the rows in order, those without a text last; `whole` reads a text whose beginning does not decide. */
  *sorted(whole: (row: number) => string): Generator<void, SortedRows> {
    yield* this.#rank()
    const valued = countMask(this.#isThere)
    const all = new Int32Array(this.#isThere.length)
    let [there, missing] = [0, valued]
    for (let row = 0; row < all.length; row += 1)
      all[this.#isThere[row] === 1 ? there++ : missing++] = row
    const order = all.subarray(0, valued)
    const isFirst = new Uint8Array(all.length).fill(1, 0, valued)
    const open: [from: number, to: number, unit: number][] = [[0, valued, 0]]
    for (let next = open.pop(); next; next = open.pop()) {
      const [from, to, unit] = next
      const group = order.subarray(from, to)
      if (unit >= UNITS) yield* byWhole(group, isFirst.subarray(from, to), whole)
      else if (group.length < FEW) {
        group.sort((a, b) => this.#compare(a, b, unit) || a - b)
        let start = from
        const isNext = (i: number) =>
          this.#compare(group[i - 1] as number, group[i] as number, unit) !== 0
        for (const end of ends(group.length, isNext)) {
          if (from + end - start > 1) open.push([start, from + end, UNITS])
          start = from + end
        }
      } else {
        let start = from
        for (const end of this.#bySome(group, unit)) {
          const isWhole = this.#units[(order[start] as number) * UNITS + unit] === END
          const more = isWhole ? UNITS : unit + KEY_UNITS
          if (from + end - start > 1) open.push([start, from + end, more])
          start = from + end
        }
      }
      yield
    }
    return { order: all, valued, isFirst }
  }
}

const isDigit = (text: string, at: number) => {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** Where groups end among n places; `isNext` says whether a place begins another one. */
function ends(n: number, isNext: (at: number) => boolean): number[] {
  const found: number[] = []
  for (let at = 1; at < n; at += 1) if (isNext(at)) found.push(at)
  found.push(n)
  return found
}

const compareWholes = (a: string, b: string) => wholes.compare(a, b) || byCharacters(a, b)

/** Sorts texts in steps: parts of them, which are then merged two by two. */
function* sortSome(texts: readonly string[]): Generator<void, string[]> {
  let parts: string[][] = []
  for (let at = 0; at < texts.length; at += FEW) {
    parts.push(texts.slice(at, at + FEW).sort(compareWholes))
    yield
  }
  while (parts.length > 1) {
    const next: string[][] = []
    for (let k = 0; k < parts.length; k += 2) {
      const [a, b = []] = parts.slice(k) as [string[], string[]?]
      const both: string[] = []
      for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
        const isA =
          j >= b.length || (i < a.length && compareWholes(a[i] as string, b[j] as string) <= 0)
        both.push((isA ? a[i++] : b[j++]) as string)
        if (both.length % FEW === 0) yield
      }
      next.push(both)
    }
    parts = next
  }
  return parts[0] ?? []
}

/** Orders rows by their whole texts; equal ones stay as they are and are marked. */
function* byWhole(
  rows: Int32Array,
  isFirst: Uint8Array,
  whole: (row: number) => string,
): Generator<void> {
  const rowsOf = new Map<string, number[]>()
  for (const [k, row] of rows.toSorted().entries()) {
    const text = whole(row)
    const same = rowsOf.get(text)
    if (same) same.push(row)
    else rowsOf.set(text, [row])
    if (k % FEW === 0) yield
  }
  let at = 0
  for (const text of yield* sortSome([...rowsOf.keys()]))
    for (const [k, row] of (rowsOf.get(text) as number[]).entries()) {
      rows[at] = row
      if (at > 0) isFirst[at] = Number(k === 0)
      at += 1
    }
}
