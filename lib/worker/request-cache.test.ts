import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RequestCache } from '@/lib/backends/session/cache-port'
import { purgeCache } from './handlers/purge'
import { databaseCache } from './request-cache'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'

const DAY = 24 * 3_600_000

let study: TestStudy
let now: number
let cache: RequestCache

beforeEach(() => {
  study = testStudy(1)
  now = 1_000 * DAY
  cache = databaseCache(study.db, () => now)
})
afterEach(() => study.close())

const key = (n: number) => Buffer.alloc(32, n)
const text = (value: Buffer | null | undefined) => value?.toString() ?? null
const put = (n: number, value = `answer ${n}`) =>
  cache.put([{ key: key(n), call: 'chat', value: Buffer.from(value) }])
const kept = () =>
  study.db.$client
    .prepare('select key from request_cache order by key')
    .pluck()
    .all()
    .map((found) => (found as Buffer)[0])

describe('the request cache in the database', () => {
  it('returns answers in the order of the keys, and null where there is none', () => {
    put(1)
    put(2)
    expect(cache.get([key(2), key(3), key(1), key(2)]).map(text)).toEqual([
      'answer 2',
      null,
      'answer 1',
      'answer 2',
    ])
  })

  it('keeps the first answer to a prompt', () => {
    put(1)
    put(1, 'another')
    expect(text(cache.get([key(1)])[0])).toBe('answer 1')
    expect(kept()).toEqual([1])
  })

  it('puts all of a batch or none', () => {
    const entry = { key: key(1), call: 'chat', value: Buffer.from('x') } as const
    const bad = { ...entry, key: null as unknown as Buffer }
    const worse = { ...entry, value: null as unknown as Buffer }
    expect(() => cache.put([entry, { ...worse, key: key(2) }, bad])).toThrow('NOT NULL')
    expect(kept()).toEqual([])
  })

  it('is purged by age since the last use, which is noted once a day', () => {
    put(1)
    put(2)
    now += 100 * DAY
    cache.get([key(1)])
    now += 100 * DAY
    expect(purgeCache(study.db, now, 0)).toBe(1)
    expect(kept()).toEqual([1])
    now += 181 * DAY
    expect(purgeCache(study.db, now, 0)).toBe(1)
    expect(kept()).toEqual([])
  })

  it('is purged by size, the longest unused first', () => {
    for (let n = 1; n <= 9; n += 1) {
      now += 2 * DAY
      put(n, 'x'.repeat(1_000))
    }
    expect(purgeCache(study.db, now, 0, 10_000)).toBe(0)
    expect(purgeCache(study.db, now, 0, 8_000)).toBeGreaterThan(0)
    expect(kept()).not.toContain(1)
  })
})
