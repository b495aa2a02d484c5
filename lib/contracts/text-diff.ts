import { diffWords } from 'diff'

interface DiffPart {
  text: string
  kind: 'same' | 'added' | 'removed'
}

// A diff that takes longer shows the plain text; the panel must open at once, even for 10,000 words.
const TIMEOUT_MS = 200

// Cuts scripts without blanks into words; cutting at blanks alone would mark whole sentences.
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Returns the words that the child shares with its parent, added and removed; null when it takes too long. */
export function diffTexts(parent: string, child: string): DiffPart[] | null {
  const changes = diffWords(parent, child, { timeout: TIMEOUT_MS, intlSegmenter: segmenter })
  if (!changes) return null
  return changes.map((change) => ({
    text: change.value,
    kind: change.added ? 'added' : change.removed ? 'removed' : 'same',
  }))
}
