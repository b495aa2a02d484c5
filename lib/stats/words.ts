const SINGLE = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}'
const WORD = new RegExp(`[${SINGLE}]|(?:(?![${SINGLE}])[\\p{L}\\p{N}\\p{M}])+`, 'gu')

/** Returns the number of words: runs of letters or digits, and each Chinese or Japanese character on its own. */
export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0
}
