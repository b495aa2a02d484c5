import { createHash } from 'node:crypto'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { CachedCall } from './cache-port'
import type { ModelIdentity } from '../types'

// Raise when the building of requests or the parsing of replies changes what an entry means.
const KEY_VERSION = 1

/** What the answers of one kind of call depend on beside their input; no URL, key, time, job or row. */
interface KeySubject {
  call: CachedCall
  /** Id of the configured backend; part of the key only while the model's revision is unknown. */
  backendId: string
  identity: ModelIdentity
  /** Fingerprint of the model behind a server: another model under the same name must not find these answers. */
  fingerprint: string | null
}

/** Returns the cache key of a request: SHA-256 of its canonical JSON. `input` are messages, ids or text, as sent. */
export type CacheKeyer = (input: unknown, params: unknown) => Buffer

/** Returns the keys' function of one kind of call; what all its requests share is written once. */
export function cacheKeyer({ call, backendId, identity, fingerprint }: KeySubject): CacheKeyer {
  // Two servers may state one model name; until a revision tells them apart, each keeps its own answers.
  const backend = identity.revision === 'unknown' ? backendId : null
  // Models in this process have none: the hash of their file is their revision.
  const print = fingerprint === null ? '' : `"fingerprint":${canonicalJson(fingerprint)},`
  const head = `{"backend":${canonicalJson(backend)},"call":${canonicalJson(call)},${print}"input":`
  const model = `,"model":${canonicalJson(identity)},"params":`
  const tail = `,"v":${KEY_VERSION}}`
  return (input, params) =>
    createHash('sha256')
      .update(head + inputJson(input) + model + canonicalJson(params) + tail)
      .digest()
}

/** Returns the cache key of one request; see `cacheKeyer`. */
export function cacheKey(subject: KeySubject & { input: unknown; params: unknown }): Buffer {
  return cacheKeyer(subject)(subject.input, subject.params)
}

/** Ids make most of the bytes; joined, they are their canonical JSON. */
function inputJson(input: unknown): string {
  return input instanceof Int32Array ? `[${input.join(',')}]` : canonicalJson(input)
}
