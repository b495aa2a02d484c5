import type { Parsed } from './parsed'
import { lastLine, notFound } from './parsed'
import { parsePythonFloat } from './python-text'

/**
 * Returns the parse of the reference script: Python's float of the stripped reply, with no range check. NaN and
 * infinities, which the script would average, are `nonfinite`.
 */
export function parseScoreExact(reply: string): Parsed {
  const value = parsePythonFloat(reply)
  if (value === null) return { value: null, status: 'unparsed', rule: 'none' }
  if (!Number.isFinite(value)) return { value: null, status: 'nonfinite', rule: 'exact' }
  return { value, status: 'ok', rule: 'exact' }
}

function inRange(value: number, status: 'ok' | 'repaired', rule: string): Parsed {
  return value >= 0 && value <= 100
    ? { value, status, rule }
    : { value: null, status: 'out_of_range', rule }
}

// Runs over text whose blanks are single, so that no part of it can be split in many ways.
const SCALED =
  /(?<![\d.,/])([+-]?\d+(?:\.\d+)?) ?(?:\/ ?100(?![\d.]*\d)|\(?out of (?:a )?100(?![\d.]*\d)|[%％])/giu
const PLAIN = /(?<![\p{L}\d.])[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}\d])/gu

function distinct(texts: Iterable<string>): number[] {
  return [...new Set([...texts].map((text) => Number(text.replaceAll(',', ''))))]
}

/**
 * Returns the score by the first rule that fires: exact (`ok`); n/100, n out of 100 or n% in the last line; the only
 * number of the last line (both `repaired`). Several different numbers are `ambiguous`; a number outside 0..100 is
 * `out_of_range` and has no value.
 */
export function parseScoreTolerant(reply: string): Parsed {
  const exact = parseScoreExact(reply)
  if (exact.status === 'nonfinite') return exact
  if (exact.value !== null) return inRange(exact.value, 'ok', 'exact')
  const line = lastLine(reply).normalize('NFKC').replaceAll(/\s+/g, ' ')
  const scaled = distinct([...line.matchAll(SCALED)].map((match) => match[1] as string))
  if (scaled.length === 1) return inRange(scaled[0] as number, 'repaired', 'out of 100')
  const numbers = scaled.length > 1 ? scaled : distinct(line.match(PLAIN) ?? [])
  if (numbers.length > 1) return { value: null, status: 'ambiguous', rule: 'numbers' }
  if (numbers.length === 1) return inRange(numbers[0] as number, 'repaired', 'only number')
  return notFound(reply)
}

/** Returns the score of a reply that a schema constrained to {"score": number}. */
export function parseScoreStructured(reply: string): Parsed {
  try {
    const parsed = JSON.parse(reply) as { score?: unknown } | null
    const score = parsed?.score
    if (typeof score === 'number') return inRange(score, 'ok', 'schema')
  } catch {
    // A reply that is no JSON holds no answer; the status below says so.
  }
  return notFound(reply)
}
