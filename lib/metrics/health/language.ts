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
