import { diffWords } from 'diff'

interface DiffPart {
  text: string
  kind: 'same' | 'added' | 'removed'
}

// A diff that takes longer shows the plain text; the panel must open at once, even for 10,000 words.
const TIMEOUT_MS = 200
// Cutting into words takes about a microsecond a character, which no time limit of the diff counts.
const MOST_CHARACTERS = 200_000
// Every word that Intl.Segmenter gives holds a copy of the whole text it was given: of a piece this is small.
const PIECE_CHARACTERS = 2_000

// Cuts scripts without blanks into words; cutting at blanks alone would mark whole sentences.
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Where a piece that begins at `from` ends: after a blank where there is one, never inside of a letter. */
function endOf(text: string, from: number): number {
  const most = from + PIECE_CHARACTERS
  if (most >= text.length) return text.length
  const blank = text.slice(from, most).search(/\s\S*$/)
  if (blank >= 0) return from + blank + 1
  const isPair = /[\ud800-\udbff]/.test(text.charAt(most - 1))
  return isPair ? most - 1 : most
}

function* wordsOf(text: string): Generator<{ segment: string }> {
  for (let from = 0; from < text.length;) {
    const to = endOf(text, from)
    for (const { segment } of segmenter.segment(text.slice(from, to))) yield { segment }
    from = to
  }
}

const inPieces = {
  segment: wordsOf,
  resolvedOptions: () => segmenter.resolvedOptions(),
} as unknown as Intl.Segmenter

/** Returns the words that the child shares with its parent, added and removed; null when the texts are too long or it takes too long. */
export function diffTexts(parent: string, child: string): DiffPart[] | null {
  if (parent.length + child.length > MOST_CHARACTERS) return null
  const changes = diffWords(parent, child, { timeout: TIMEOUT_MS, intlSegmenter: inPieces })
  if (!changes) return null
  return changes.map((change) => ({
    text: change.value,
    kind: change.added ? 'added' : change.removed ? 'removed' : 'same',
  }))
}
