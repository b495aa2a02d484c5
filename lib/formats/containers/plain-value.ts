import type { JsonObject, JsonValue } from '../types'

const NO_KEYS: readonly string[] = []

/**
 * Returns the top-level keys, or null when the plain parse is not exact: fewer keys than colons (a duplicate), a number that a double
 * does not hold, or number-like keys, which JavaScript moves to the front.
 */
export function exactKeys(value: JsonValue, colons: number): readonly string[] | null {
  if (typeof value !== 'object' || value === null) return isPlain(value) ? NO_KEYS : null
  const keys = Array.isArray(value) ? NO_KEYS : Object.keys(value)
  const first = keys.length > 1 ? (keys[0] as string).charCodeAt(0) : 0
  if (first >= 0x30 && first <= 0x39) return null
  let seen = keys.length
  let nested: JsonObject[] | null = null
  const visit = (item: JsonValue): boolean => {
    if (typeof item === 'object' && item !== null) (nested ??= []).push(item as JsonObject)
    else if (!isPlain(item)) return false
    return true
  }
  if (Array.isArray(value)) {
    for (const item of value) if (!visit(item)) return null
  } else {
    for (const key of keys) {
      const item = value[key] as JsonValue
      if (typeof item !== 'string' && !visit(item)) return null
    }
  }
  if (nested) {
    const more = countNested(nested)
    if (more < 0) return null
    seen += more
  }
  return seen === colons ? keys : null
}

function countNested(stack: (JsonObject | JsonValue[])[]): number {
  let seen = 0
  for (let item = stack.pop(); item; item = stack.pop()) {
    const values: readonly JsonValue[] = Array.isArray(item) ? item : Object.values(item)
    if (!Array.isArray(item)) seen += values.length
    for (const child of values) {
      if (typeof child === 'object' && child !== null) stack.push(child)
      else if (!isPlain(child)) return -1
    }
  }
  return seen
}

/** False for numbers that must be looked at as text: beyond 2^53, overflowed, -0. */
function isPlain(value: JsonValue): boolean {
  if (typeof value !== 'number') return true
  if (value === 0) return !Object.is(value, -0)
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
}

/** Returns true for the same keys in the same order. */
export function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
