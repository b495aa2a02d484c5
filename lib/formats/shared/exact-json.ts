import { ExactParser, pointerStep, setKey } from '../containers/json-exact'
import type { JsonValue, Literals } from '../types'

// What needs the exact parser when read back: 16 digits in a row, or a negative zero.
const MAY_BE_EXACT = /\d{16}|-0(?![.\d])/

/**
 * Returns JSON text in which numbers kept as literals stand as they were written: an integer beyond 2^53 without quotes, -0 as -0.
 * NaN and Infinity become null, since JSON has no word for them. `pointer` is the place of the value in the source object.
 */
export function stringifyExact(
  value: JsonValue,
  literals: Literals | null | undefined,
  pointer = '',
): string {
  if (!literals) return JSON.stringify(value)
  return write(value, literals, pointer)
}

// Recursion is safe: nesting is limited on import.
function write(value: JsonValue, literals: Literals, pointer: string): string {
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) {
      return `[${value.map((item, i) => write(item, literals, pointer + pointerStep(i))).join(',')}]`
    }
    const cells = Object.keys(value).map(
      (key) =>
        `${JSON.stringify(key)}:${write(value[key] as JsonValue, literals, pointer + pointerStep(key))}`,
    )
    return `{${cells.join(',')}}`
  }
  const literal = Object.hasOwn(literals, pointer) ? literals[pointer] : undefined
  if (literal === undefined) return JSON.stringify(value)
  return /^-?\d/.test(literal) ? literal : 'null'
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
