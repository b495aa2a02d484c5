import type { Parsed } from './parsed'
import { lastLine, notFound } from './parsed'
import { pythonStrip, stripEnds } from './python-text'

/** The three ways to read a reply. */
export interface ReplyParsers<V = number> {
  /** Nothing but the answer, as asked. */
  exact(reply: string): Parsed<V>
  /** Repairs what can be repaired without a guess. */
  tolerant(reply: string): Parsed<V>
  /** A reply that a JSON schema constrained. */
  structured(reply: string): Parsed<V>
}

const WRAPPING = '\\s"\'`*\\[\\](){}<>“”‘’„«»「」『』【】'
const AT_START = new RegExp(`[${WRAPPING}]`, 'u')
const AT_END = new RegExp(`[${WRAPPING}.。!！?？,，;；:：…]`, 'u')

/** Returns the label in its plain form: NFKC, lower case, without wrapping signs, single blanks between words. */
function plainLabel(text: string): string {
  const bare = stripEnds(text.normalize('NFKC').toLowerCase(), AT_START, AT_END)
  return bare.replaceAll(/[\s\-_]+/g, ' ')
}

/** Returns a pattern that finds the labels as whole words, longer labels before those inside them. */
function wordsPattern(plain: readonly string[]): RegExp {
  const longest = plain.toSorted((a, b) => b.length - a.length)
  const parts = longest.map((label) =>
    label.replaceAll(/[$()*+.?[\\\]^{|}/]/g, String.raw`\$&`).replaceAll(' ', String.raw`[\s\-_]+`),
  )
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${parts.join('|')})(?![\\p{L}\\p{N}])`, 'gu')
}

/**
 * Returns the parsers of an ordered list of labels; values are ordinals from 1. Labels must differ in their plain form.
 * The tolerant parser takes the first rule that fires: exact (`ok`); plain form, JSON object with `jsonKey`, whole-word
 * labels in the last line, then in the whole reply (all `repaired`). Two different labels are `ambiguous`.
 */
export function labelParsers(labels: readonly string[], jsonKey: string): ReplyParsers {
  const plain = labels.map(plainLabel)
  const words = wordsPattern(plain)
  const ordinal = (list: readonly string[], text: string): number | null => {
    const index = list.indexOf(text)
    return index < 0 ? null : index + 1
  }

  const exact = (reply: string): Parsed => {
    const value = ordinal(labels, pythonStrip(reply))
    if (value === null) return { value, status: 'unparsed', rule: 'none' }
    return { value, status: 'ok', rule: 'exact' }
  }

  const fromJson = (reply: string): number | null => {
    const braces = /\{[^{}]*\}/s.exec(reply)
    if (!braces) return null
    try {
      const parsed: unknown = JSON.parse(braces[0])
      const label = (parsed as Record<string, unknown>)[jsonKey]
      return typeof label === 'string' ? ordinal(plain, plainLabel(label)) : null
    } catch {
      return null
    }
  }

  const labelsIn = (text: string): number[] => {
    const found = text.normalize('NFKC').toLowerCase().match(words) ?? []
    return [...new Set(found.map((label) => ordinal(plain, plainLabel(label)) as number))]
  }

  const tolerant = (reply: string): Parsed => {
    const asked = exact(reply)
    if (asked.value !== null) return asked
    const single = ordinal(plain, plainLabel(reply))
    if (single !== null) return { value: single, status: 'repaired', rule: 'plain' }
    const json = fromJson(reply)
    if (json !== null) return { value: json, status: 'repaired', rule: 'json' }
    for (const [rule, text] of [
      ['last line', lastLine(reply)],
      ['whole reply', reply],
    ] as const) {
      const found = labelsIn(text)
      if (found.length > 1) return { value: null, status: 'ambiguous', rule }
      if (found.length === 1) return { value: found[0] as number, status: 'repaired', rule }
    }
    return notFound(reply)
  }

  return {
    exact,
    tolerant,
    structured(reply) {
      const value = fromJson(reply)
      return value === null ? notFound(reply) : { value, status: 'ok', rule: 'schema' }
    },
  }
}
