import { wrongReply } from '@/lib/backends/scoring/wire'

// Bytes that a byte-level vocabulary writes as the character of the same number; the others follow from 256 on, in order.
const PRINTED = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
] as const
const BYTE_OF = new Map<string, number>()
for (let byte = 0, next = 256; byte < 256; byte += 1) {
  const same = PRINTED.some(([from, to]) => byte >= from && byte <= to)
  BYTE_OF.set(String.fromCharCode(same ? byte : next++), byte)
}
// How SentencePiece writes a blank.
const SPACE = '\u2581'
// Special tokens, which the server leaves out of a reply's text.
const SPECIAL = /^<[^<>\s]+>$/

/** Returns the bytes of a piece, or null for one that this kind of vocabulary does not write. */
type Spelling = (piece: string) => number[] | null

const utf8 = (text: string) => [...Buffer.from(text, 'utf8')]
const textOf = (bytes: readonly number[]) => Buffer.from(bytes).toString('utf8')

const byteLevel: Spelling = (piece) => {
  const bytes = Array.from(piece, (character) => BYTE_OF.get(character))
  return bytes.includes(undefined) ? null : (bytes as number[])
}

const sentencePiece: Spelling = (piece) => {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1]
  return byte ? [Number.parseInt(byte, 16)] : utf8(piece.replaceAll(SPACE, ' '))
}

const SPELLINGS: readonly Spelling[] = [byteLevel, sentencePiece, utf8]

/** Returns whether pieces spelt so make up the text, special tokens left out or not; a character cut in two is held back. */
function makesUp(pieces: readonly string[], text: string, spell: Spelling): boolean {
  const shown = pieces.filter((piece) => !SPECIAL.test(piece) || spell(piece)?.length === 1)
  return [pieces, shown].some((list) => {
    const joined = textOf(list.flatMap((piece) => spell(piece) ?? utf8(piece)))
    return joined.replace(/\ufffd+$/, '').trim() === text.trim()
  })
}

/**
 * Returns the function from pieces of a vocabulary to their texts. How the vocabulary spells blanks and bytes is found
 * by what makes up the reply's text, then by the marks in all pieces; throws `data_error` where the generated pieces make
 * up another text, because then they are not the reply's tokens (or nobody knows how to read them).
 */
export function textsOfPieces(
  generated: readonly string[],
  all: readonly string[],
  text: string,
): (piece: string) => string {
  const fitting = SPELLINGS.filter((spell) => makesUp(generated, text, spell))
  const [first] = fitting
  if (!first) {
    wrongReply('pieces', 'The tokens with log-probabilities do not make up the text of the reply.')
  }
  const marked = all.some((piece) => piece.includes(SPACE) || /^<0x[0-9A-F]{2}>$/.test(piece))
  // No byte-level vocabulary writes the mark of SentencePiece: it would be three other characters.
  const spell = fitting.find((one) => !marked || one !== byteLevel) ?? first
  return (piece) => textOf(spell(piece) ?? utf8(piece))
}
