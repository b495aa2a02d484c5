import { createHash } from 'node:crypto'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { CachedCall } from '../cache-port'
import type { ModelIdentity } from '../types'

// Raise when the building of requests or the parsing of replies changes what an entry means.
const KEY_VERSION = 1

/** Everything that may change an answer; nothing else (no URL, key, time, job or row). */
export interface CacheSubject {
  call: CachedCall
  /** Id of the configured backend; part of the key only while the model's revision is unknown. */
  backendId: string
  identity: ModelIdentity
  /** Messages, ids or text, exactly as sent. */
  input: unknown
  params: unknown
}

/** Returns the cache key: SHA-256 of the canonical JSON of the request. */
export function cacheKey(subject: CacheSubject): Buffer {
  const { call, backendId, identity, input, params } = subject
  const text = canonicalJson({
    v: KEY_VERSION,
    call,
    // Two servers may state one model name; until a revision tells them apart, each keeps its own answers.
    backend: identity.revision === 'unknown' ? backendId : null,
    model: identity,
    input,
    params,
  })
  return createHash('sha256').update(text).digest()
}
