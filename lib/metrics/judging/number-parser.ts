import type { ReplyParsers } from './label-parser'
import type { Parsed } from './parsed'
import { lastLine, notFound } from './parsed'
import { parsePythonFloat } from './python-text'

/** A scale of numbers. */
interface NumberScale {
  min: number
  max: number
  /** Whether numbers between two integers are off the scale. */
  integer: boolean
  /** Key of the number in a structured reply. */
  jsonKey: string
}

// Runs over text whose blanks are single, so that no part of it can be split in many ways.
const PLAIN = /(?<![\p{L}\d.])[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}\d])/gu

function scaledPattern({ min, max }: NumberScale): RegExp {
  const percent = min === 0 && max === 100 ? '|[%％]' : ''
  return new RegExp(
    `(?<![\\d.,/])([+-]?\\d+(?:\\.\\d+)?) ?(?:/ ?${max}(?![\\d.]*\\d)|\\(?out of (?:a )?${max}(?![\\d.]*\\d)${percent})`,
    'giu',
  )
}

function distinct(texts: Iterable<string>): number[] {
  return [...new Set([...texts].map((text) => Number(text.replaceAll(',', ''))))]
}

/** Returns Python's float of the stripped reply; NaN and infinities are `nonfinite`, and there is no range check. */
export function parseNumberExact(reply: string): Parsed {
  const value = parsePythonFloat(reply)
  if (value === null) return { value: null, status: 'unparsed', rule: 'none' }
  if (!Number.isFinite(value)) return { value: null, status: 'nonfinite', rule: 'exact' }
  return { value, status: 'ok', rule: 'exact' }
}

/**
 * Returns the parsers of a scale of numbers. The tolerant parser takes the first rule that fires: exact (`ok`); n/max,
 * n out of max (or n% on 0..100) in the last line; the only number of the last line (both `repaired`). Several different
 * numbers are `ambiguous`; a number off the scale is `out_of_range` and has no value.
 */
export function numberParsers(scale: NumberScale): ReplyParsers {
  const { min, max, integer, jsonKey } = scale
  const scaledBy = scaledPattern(scale)
  const onScale = (value: number, status: 'ok' | 'repaired', rule: string): Parsed =>
    value >= min && value <= max && (!integer || Number.isInteger(value))
      ? { value, status, rule }
      : { value: null, status: 'out_of_range', rule }

  return {
    exact(reply) {
      const parsed = parseNumberExact(reply)
      return parsed.value === null ? parsed : onScale(parsed.value, 'ok', 'exact')
    },
    tolerant(reply) {
      const exact = parseNumberExact(reply)
      if (exact.status === 'nonfinite') return exact
      if (exact.value !== null) return onScale(exact.value, 'ok', 'exact')
      const line = lastLine(reply).normalize('NFKC').replaceAll(/\s+/g, ' ')
      const scaled = distinct([...line.matchAll(scaledBy)].map((match) => match[1] as string))
      if (scaled.length === 1) return onScale(scaled[0] as number, 'repaired', `out of ${max}`)
      const numbers = scaled.length > 1 ? scaled : distinct(line.match(PLAIN) ?? [])
      if (numbers.length > 1) return { value: null, status: 'ambiguous', rule: 'numbers' }
      if (numbers.length === 1) return onScale(numbers[0] as number, 'repaired', 'only number')
      return notFound(reply)
    },
    structured(reply) {
      try {
        const parsed = JSON.parse(reply) as Record<string, unknown> | null
        const score = parsed?.[jsonKey]
        if (typeof score === 'number') return onScale(score, 'ok', 'schema')
      } catch {
        // A reply that is no JSON holds no answer; the status below says so.
      }
      return notFound(reply)
    },
  }
}
