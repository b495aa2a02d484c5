/** Why a text was refused: not JSON, or an object whose key would change what objects are. */
export type JsonProblem = 'syntax' | 'key'

/**
 * Returns the value of a JSON text that came from outside, or the problem. A key `__proto__` is refused: code that copies
 * keys from object to object would set a prototype with it.
 */
export function parseOutsideJson(text: string): { value: unknown } | { problem: JsonProblem } {
  let hasForbidden = false
  try {
    const value = JSON.parse(text, (key, of: unknown) => {
      if (key === '__proto__') hasForbidden = true
      return of
    }) as unknown
    return hasForbidden ? { problem: 'key' } : { value }
  } catch {
    return { problem: 'syntax' }
  }
}
