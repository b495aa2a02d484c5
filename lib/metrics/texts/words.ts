import { PYTHON_SPACE } from '../judging/python-text'

/** The rule by which words are counted, as cards show it. */
export const WORD_RULE =
  'A word stands between white space and holds a letter or a digit, so punctuation alone is none. Han, kana and bopomofo: each character is a word. Thai, Lao, Khmer and Burmese, which are written without spaces: the words of the Unicode dictionaries (ICU, as in Intl.Segmenter). Korean and all other scripts: by white space.'

const OTHER = 0
const SPACE = 1
const LETTER = 2
const WORD_EACH = 3
const UNSPACED = 4

const UNITS = 0x1_0000
const IS_UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
// Script extensions count the prolonged sound mark as kana; letters only, because punctuation is shared by these scripts.
const IS_WORD_EACH =
  /(?=[\p{L}\p{N}])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}]/u
const IS_LETTER = /[\p{L}\p{N}]/u

function kindOf(character: string): number {
  if (PYTHON_SPACE.test(character)) return SPACE
  if (IS_UNSPACED.test(character)) return UNSPACED
  if (IS_WORD_EACH.test(character)) return WORD_EACH
  return IS_LETTER.test(character) ? LETTER : OTHER
}

let kinds: Uint8Array | null = null
let segmenter: Intl.Segmenter | null = null

/** Kind of every UTF-16 unit; a look-up for each character of half a million rows, so made once. */
function kindTable(): Uint8Array {
  kinds ??= Uint8Array.from({ length: UNITS }, (_, unit) => kindOf(String.fromCharCode(unit)))
  return kinds
}

function dictionaryWords(text: string): number {
  segmenter ??= new Intl.Segmenter('th', { granularity: 'word' })
  let words = 0
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words += 1
  return words
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

/** Returns the number of words of a text by `WORD_RULE`. */
export function countWords(text: string): number {
  const table = kindTable()
  const end = text.length
  let words = 0
  let inWord = false
  for (let at = 0; at < end; at += 1) {
    const unit = text.charCodeAt(at)
    let kind = table[unit] as number
    if (isHighSurrogate(unit) && at + 1 < end) {
      kind = kindOf(String.fromCodePoint(text.codePointAt(at) as number))
      at += 1
    }
    if (kind === LETTER) {
      if (!inWord) words += 1
      inWord = true
    } else if (kind === UNSPACED) {
      const start = at
      while (at + 1 < end && table[text.charCodeAt(at + 1)] === UNSPACED) at += 1
      words += dictionaryWords(text.slice(start, at + 1))
      inWord = false
    } else if (kind !== OTHER) {
      if (kind === WORD_EACH) words += 1
      inWord = false
    }
  }
  return words
}

/** Returns the number of Unicode code points of a text, as Python's len() counts. */
export function countCharacters(text: string): number {
  let characters = text.length
  for (let at = 0; at + 1 < text.length; at += 1) {
    if (!isHighSurrogate(text.charCodeAt(at))) continue
    const next = text.charCodeAt(at + 1)
    if (next >= 0xdc00 && next < 0xe000) characters -= 1
  }
  return characters
}
