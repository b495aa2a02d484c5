import { RE2JS, RE2JSException } from 're2js'
import type { FindError } from '@/lib/contracts/word-query'

/** What linear time rules out, as it is written, and what to do instead. */
const UNSUPPORTED: readonly [RegExp, string][] = [
  [
    /\(\?<?[=!]/,
    'Looking ahead or behind (?=, ?!, ?<=, ?<!) cannot be run in linear time. Join two conditions by "and" or "not" instead.',
  ],
  [
    /\\[1-9]|\(\?P=|\\k</,
    'A reference back to a group (\\1) cannot be run in linear time. Write out what may repeat.',
  ],
  [
    /\(\?>|[*+?}]\+/,
    'Atomic groups and possessive repeats (?>, ++) are not supported. Leave them out: nothing is tried again here.',
  ],
]

/** The place of the first such part outside of classes and not behind a backslash. */
function placeOf(pattern: string, part: RegExp): number {
  for (let at = 0; at < pattern.length;) {
    const found = new RegExp(part.source, 'y')
    found.lastIndex = at
    if (found.test(pattern)) return at
    at += pattern[at] === '\\' ? 2 : 1
  }
  return -1
}

function explain(pattern: string, error: RE2JSException): FindError {
  for (const [part, message] of UNSUPPORTED) {
    const at = placeOf(pattern, part)
    if (at >= 0) return { message, at }
  }
  const said = error.message.replace(/^error parsing regexp: /, '')
  const fragment = /`(.*)`$/s.exec(said)?.[1] ?? ''
  const at = fragment === '' ? -1 : pattern.indexOf(fragment)
  const message = `This pattern cannot be read: ${said}. Write a backslash before a sign that is meant literally.`
  return { message, at: Math.max(0, at) }
}

/** Returns a regular expression that runs in linear time, or why it cannot be run and where. */
export function compileRegex(
  pattern: string,
  ignoreCase: boolean,
): { regex: RE2JS } | { error: FindError } {
  try {
    return { regex: RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) }
  } catch (error) {
    if (error instanceof RE2JSException) return { error: explain(pattern, error) }
    throw error
  }
}
