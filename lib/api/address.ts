/** Returns `/api/...` of a path: names in brackets filled in, query values written (objects as JSON text), nothing for undefined and null. */
export function addressOf(path: string, input: { params?: unknown; query?: unknown }): string {
  const names = (input.params ?? {}) as Record<string, unknown>
  const named = path.replaceAll(/\[(\w+)\]/g, (_, name: string) =>
    encodeURIComponent(String(names[name])),
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value === undefined || value === null) continue
    query.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  const text = query.toString()
  return `/api${named}${text ? `?${text}` : ''}`
}
