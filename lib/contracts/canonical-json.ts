/**
 * Returns the canonical JSON of a value: keys sorted by code unit, no spaces, numbers in their shortest form, text as its
 * exact code points (never normalised). Absent (undefined) fields are left out; NaN and infinities throw a TypeError,
 * because JSON would turn them into null and two different requests into one.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value)
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>, (item) => canonicalJson(item ?? null))
    return `[${items.join(',')}]`
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
  }
  throw new TypeError(`a ${typeof value} has no canonical JSON`)
}
