import type { Parsed } from './parsed'
import { lastLine, notFound } from './parsed'
import { pythonStrip, stripEnds } from './python-text'

/** The five labels in order; the stored ordinal is the position plus one. */
export const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard'] as const

/** Returns the ordinal of an exact label, null for any other text. */
function ordinal(text: string): number | null {
  const index = (LEVELS as readonly string[]).indexOf(text)
  return index < 0 ? null : index + 1
}

/** Returns the parse of the reference script: white space stripped, then equality with one lower-case label. */
export function parseLevelExact(reply: string): Parsed {
  const value = ordinal(pythonStrip(reply))
  if (value === null) return { value, status: 'unparsed', rule: 'none' }
  return { value, status: 'ok', rule: 'exact' }
}

const WRAPPING = '\\s"\'`*\\[\\](){}<>“”‘’„«»「」『』【】'
const AT_START = new RegExp(`[${WRAPPING}]`, 'u')
const AT_END = new RegExp(`[${WRAPPING}.。!！?？,，;；:：…]`, 'u')

/** Returns the label in its plain form: NFKC, lower case, without wrapping signs, single blanks between words. */
function plain(text: string): string {
  const bare = stripEnds(text.normalize('NFKC').toLowerCase(), AT_START, AT_END)
  return bare.replaceAll(/[\s\-_]+/g, ' ')
}

function fromJson(reply: string): number | null {
  const braces = /\{[^{}]*\}/s.exec(reply)
  if (!braces) return null
  try {
    const parsed: unknown = JSON.parse(braces[0])
    const difficulty = (parsed as { difficulty?: unknown }).difficulty
    return typeof difficulty === 'string' ? ordinal(plain(difficulty)) : null
  } catch {
    return null
  }
}

// "very hard" is tried before "hard", so that a longer label is never read as the shorter one inside it.
const WORDS = /(?<![\p{L}\p{N}])(?:very[\s\-_]+(?:easy|hard)|easy|medium|hard)(?![\p{L}\p{N}])/gu

function labelsIn(text: string): number[] {
  const found = text.normalize('NFKC').toLowerCase().match(WORDS) ?? []
  return [...new Set(found.map((label) => ordinal(plain(label)) as number))]
}

/**
 * Returns the level by the first rule that fires: exact (`ok`); plain form, JSON object with `difficulty`, whole-word
 * labels in the last line, then in the whole reply (all `repaired`). Two different labels are `ambiguous`.
 */
export function parseLevelTolerant(reply: string): Parsed {
  const exact = parseLevelExact(reply)
  if (exact.value !== null) return exact
  const single = ordinal(plain(reply))
  if (single !== null) return { value: single, status: 'repaired', rule: 'plain' }
  const json = fromJson(reply)
  if (json !== null) return { value: json, status: 'repaired', rule: 'json' }
  for (const [rule, text] of [
    ['last line', lastLine(reply)],
    ['whole reply', reply],
  ] as const) {
    const labels = labelsIn(text)
    if (labels.length > 1) return { value: null, status: 'ambiguous', rule }
    if (labels.length === 1) return { value: labels[0] as number, status: 'repaired', rule }
  }
  return notFound(reply)
}

/** Returns the level of a reply that a schema constrained to {"difficulty": label}. */
export function parseLevelStructured(reply: string): Parsed {
  const value = fromJson(reply)
  return value === null ? notFound(reply) : { value, status: 'ok', rule: 'schema' }
}
