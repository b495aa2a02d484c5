import { ExactParser, pointerStep, setKey } from '../containers/json-exact'
import type { JsonValue, Literals } from '../types'

// What needs the exact parser when read back: 16 digits in a row, a negative zero, a fraction that ends in 0, an exponent.
const MAY_BE_EXACT =
  /\d{16}|-0(?![.\d])|(?:^|[:,[])-?\d+(?:\.\d*0|(?:\.\d+)?[eE][+-]?\d+)(?=[,\]}]|$)/

/**
 * Returns JSON text in which numbers kept as literals stand as they were written: an integer beyond 2^53 without quotes, -0 as -0, 1.0 as
 * 1.0. NaN and Infinity become null, since JSON has no word for them. `pointer` is the place of the value in the source object; with
 * `margin` the text is indented by two blanks, from that margin on.
 */
export function stringifyExact(
  value: JsonValue,
  literals: Literals | null | undefined,
  pointer = '',
  margin: string | null = null,
): string {
  if (literals) return write(value, literals, pointer, margin)
  if (margin === null) return JSON.stringify(value)
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${margin}`)
}

// Recursion is safe: nesting is limited on import.
function write(
  value: JsonValue,
  literals: Literals,
  pointer: string,
  margin: string | null,
): string {
  if (typeof value !== 'object' || value === null) {
    const literal = Object.hasOwn(literals, pointer) ? literals[pointer] : undefined
    if (literal === undefined) return JSON.stringify(value)
    return /^-?\d/.test(literal) ? literal : 'null'
  }
  const inner = margin === null ? null : `${margin}  `
  const step = (key: string | number, item: JsonValue) =>
    write(item, literals, pointer + pointerStep(key), inner)
  const colon = margin === null ? ':' : ': '
  const isList = Array.isArray(value)
  const cells = isList
    ? value.map((item, i) => step(i, item))
    : Object.keys(value).map(
        (key) => `${JSON.stringify(key)}${colon}${step(key, value[key] as JsonValue)}`,
      )
  const [open, close] = isList ? '[]' : '{}'
  if (margin === null || cells.length === 0) return `${open}${cells.join(',')}${close}`
  return `${open}\n${inner}${cells.join(`,\n${inner}`)}\n${margin}${close}`
}

/** Returns a value written by stringifyExact and adds its literals, as pointers under `pointer`, to `literals`. */
export function parseExact(
  text: string,
  literals: Record<string, string>,
  pointer = '',
): JsonValue {
  if (!MAY_BE_EXACT.test(text)) return JSON.parse(text) as JsonValue
  const result = new ExactParser(text, {
    duplicateKeys: 'last',
    loneSurrogates: 'error',
    nul: 'keep',
    maxDepth: Number.POSITIVE_INFINITY,
  }).parse()
  for (const [at, literal] of Object.entries(result.literals ?? {}))
    setKey(literals, pointer + at, literal)
  return result.value
}
