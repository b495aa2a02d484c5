/** Kinds of call whose answers are kept. */
export type CachedCall = 'chat' | 'score' | 'embed' | 'reward'

/** One answer to keep. */
export interface CacheEntry {
  key: Buffer
  call: CachedCall
  value: Buffer
}

/**
 * Where answers of backends are kept between jobs; the worker implements it on the database. Keys are the SHA-256 of the
 * canonical request, values the parsed result. Only complete successes are put.
 */
export interface RequestCache {
  /** Returns the stored value of each key, or null, in order. */
  get(keys: readonly Buffer[]): (Buffer | null)[]
  put(entries: readonly CacheEntry[]): void
}

/** A cache that keeps nothing, for measurements. */
export const NO_CACHE: RequestCache = {
  get: (keys) => keys.map(() => null),
  put() {
    // Nothing is kept on purpose.
  },
}
