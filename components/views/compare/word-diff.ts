import { diffArrays } from 'diff'

export interface DiffPart {
  text: string
  /** Whether these words are in this text only. */
  isOwn: boolean
}

export interface WordDiff {
  a: DiffPart[]
  b: DiffPart[]
}

/** Two rewritten texts rarely need more; beyond it the list would stutter while scrolling. */
export const LIST_TIMEOUT_MS = 40
/** For one pair that was opened on purpose. */
export const WHOLE_TIMEOUT_MS = 400

// Cuts scripts without blanks into words as well; cutting at blanks alone would mark whole Chinese sentences.
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

function words(text: string): string[] {
  return [...segmenter.segment(text)].map((part) => part.segment)
}

function push(parts: DiffPart[], text: string, isOwn: boolean): void {
  const last = parts.at(-1)
  if (last && last.isOwn === isOwn) last.text += text
  else parts.push({ text, isOwn })
}

/** Returns both texts, whole and in order, cut where words are in one of them only; null when it takes too long. */
export function diffWords(a: string, b: string, timeout = LIST_TIMEOUT_MS): WordDiff | null {
  const changes = diffArrays(words(b), words(a), { timeout })
  if (!changes) return null
  const result: WordDiff = { a: [], b: [] }
  for (const change of changes) {
    const text = change.value.join('')
    if (!change.removed) push(result.a, text, change.added)
    if (!change.added) push(result.b, text, change.removed)
  }
  return result
}
