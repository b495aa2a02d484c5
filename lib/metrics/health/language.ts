import { scriptsOf } from './scripts'

/** The number of letters below which neither script nor language can be told. */
// A few names and borrowed words would decide.
export const FEWEST_LETTERS = 20
// Where letters are less than this share of all that is not white space, the detector takes formulas for a language.
const PROSE_SHARE = 0.6
// Beyond this a text says no more about its language, and the detector takes its time.
const LETTERS = 4_000

/** Languages of a text, the likeliest first, with scores of 0 to 1; null where the detector is not sure. */
export type Languages = readonly (readonly [language: string, score: number])[] | null
export type Detect = (text: string) => Languages

/** Returns the language detector; its tables (1 MB, of 60 languages) are loaded when it is first asked for. */
export async function languageDetector(): Promise<Detect> {
  const { eld } = await import('eld/extrasmall')
  return (text) => {
    const found = eld.detect(text.slice(0, LETTERS))
    return found.isReliable() ? Object.entries(found.getScores()) : null
  }
}

const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g
const ADDRESS = /\bhttps?:\/\/\S+/g

/** Returns what of a text is written in a natural language: without code and addresses. */
export function proseOf(text: string): string {
  return text.replaceAll(CODE, ' ').replaceAll(ADDRESS, ' ')
}

/** Returns whether a text with so many letters is mostly letters. */
export function isProse(text: string, letters: number): boolean {
  return letters >= PROSE_SHARE * text.replaceAll(/\s+/g, '').length
}

/** Returns the code of the language that a text is in, without code and addresses; null where it cannot be told. */
export function languageOf(text: string, detect: Detect): string | null {
  const prose = proseOf(text)
  const { letters } = scriptsOf(prose)
  if (letters < FEWEST_LETTERS || !isProse(prose, letters)) return null
  return detect(prose)?.[0]?.[0] ?? null
}
