import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { fakeConfigSchema } from '../dialects/fake/config'
import { fakeIdentity } from '../dialects/fake/session'
import { GREEDY } from '../types'
import { cacheKey, cacheKeyer } from './cache-key'

const identity = fakeIdentity(fakeConfigSchema.parse({}))

describe('a cache key', () => {
  it('is the SHA-256 of the canonical request', () => {
    const requests = [
      { call: 'score', input: Int32Array.of(5, 6, 7), params: null },
      { call: 'score', input: new Int32Array(0), params: null },
      { call: 'chat', input: [{ role: 'user', content: 'ä "x"\n' }], params: GREEDY },
      { call: 'embed', input: 'text', params: null },
    ] as const
    for (const { call, input, params } of requests) {
      for (const fingerprint of [null, 'f1']) {
        const subject = { call, backendId: 'b', identity, fingerprint }
        const text = canonicalJson({
          v: 1,
          call,
          backend: null,
          model: identity,
          input,
          params,
          ...(fingerprint === null ? {} : { fingerprint }),
        })
        const expected = createHash('sha256').update(text).digest('hex')
        expect(cacheKeyer(subject)(input, params).toString('hex')).toBe(expected)
        expect(cacheKey({ ...subject, input, params }).toString('hex')).toBe(expected)
      }
    }
  })

  it('names the backend only while nobody knows the revision of its model', () => {
    const key = (backendId: string, revision: string) =>
      cacheKey({
        call: 'embed',
        backendId,
        identity: { ...identity, revision },
        fingerprint: null,
        input: 'x',
        params: null,
      }).toString('hex')
    expect(key('a', 'r1')).toBe(key('b', 'r1'))
    expect(key('a', 'r1')).not.toBe(key('a', 'r2'))
    expect(key('a', 'unknown')).not.toBe(key('b', 'unknown'))
  })
})
