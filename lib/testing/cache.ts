import type { RequestCache } from '@/lib/backends/session/cache-port'

/** Returns a cache in memory. */
export function memoryCache(): RequestCache & { readonly size: number } {
  const entries = new Map<string, Buffer>()
  return {
    get size() {
      return entries.size
    },
    get: (keys) => keys.map((key) => entries.get(key.toString('hex')) ?? null),
    put(list) {
      for (const { key, value } of list) entries.set(key.toString('hex'), value)
    },
  }
}
