import { LIMITS } from '@/lib/contracts/limits'
import { isRefusal } from '@/lib/metrics/judging/parsed'
import { constraintLines } from '../autoif/lines'
import type { Reading } from '../types'

// Marks of Markdown around a phrase, and signs at its end.
const AROUND = /^[\s"'“”‘’`*_#]+|[\s"'“”‘’`*_#.,;:!?。，；：！？]+$/gu
// More than any phrase; what is longer is refused below.
const MOST_CHARACTERS = 2 * LIMITS.word + 20
// A heading of the list, not a method.
const HEADING = /^(?:#+\s.*|\*\*[^*]+\*\*[:：]?|[^.!?]{0,80}[:：])$/u

/** Returns the methods that a section lists, one a line, without marks and headings. */
export function methodLines(section: string): string[] {
  const { lines, isList } = constraintLines(section)
  return lines.filter((line) => isList || !HEADING.test(line)).slice(0, LIMITS.rowTags)
}

/** Returns a phrase in the form in which equal ones are equal: composed, lower case, single blanks, no marks around it. */
export function normalPhrase(phrase: string): string {
  return phrase.normalize('NFKC').replace(/\s+/gu, ' ').replace(AROUND, '').toLowerCase()
}

/** Returns the phrases of a judge's reply to so many methods, each once. */
export function readPhrases(
  { text, finishReason }: { text: string; finishReason: string },
  asked: number,
): Reading {
  const failed = (reason: string): Reading => ({ status: 'failed', reason, value: [] })
  if (finishReason === 'skipped') return { status: 'dropped', reason: 'no_methods', value: [] }
  if (text.trim() === '') return failed('empty')
  if (finishReason === 'length') return failed('truncated')
  const { lines } = constraintLines(text)
  const phrases = lines
    .map((line) => normalPhrase(line.slice(0, MOST_CHARACTERS)))
    .filter((phrase) => phrase !== '')
  if (phrases.length === 0 || isRefusal(text)) return failed(isRefusal(text) ? 'refusal' : 'empty')
  // More would be something else than a phrase for each method.
  if (phrases.length > asked) return failed('more_phrases')
  if (phrases.some((phrase) => phrase.length > LIMITS.word)) return failed('too_long')
  const value = [...new Set(phrases)]
  return phrases.length < asked
    ? { status: 'repaired', reason: 'fewer_phrases', value }
    : { status: 'ok', reason: null, value }
}
