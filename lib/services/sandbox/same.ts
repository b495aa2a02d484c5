import type { CheckCase } from '@/lib/contracts/experiment'

type Json = CheckCase[1]

/**
 * Returns whether a returned value is the expected one: a boolean equals a boolean only, a text a text, 1 equals 1.0, a list the
 * list (or tuple) of the same items, a mapping the one with the same keys in any order.
 */
export function isSame(value: unknown, expected: Json): boolean {
  if (typeof value !== 'object' || value === null) return value === expected
  if (typeof expected !== 'object' || expected === null) return false
  if (Array.isArray(value) || Array.isArray(expected)) {
    return (
      Array.isArray(value) &&
      Array.isArray(expected) &&
      value.length === expected.length &&
      value.every((item, at) => isSame(item, expected[at] as Json))
    )
  }
  const keys = Object.keys(value)
  return (
    keys.length === Object.keys(expected).length &&
    keys.every(
      (key) =>
        Object.hasOwn(expected, key) &&
        isSame((value as Record<string, unknown>)[key], expected[key] as Json),
    )
  )
}
