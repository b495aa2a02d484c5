import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RequestCache } from '@/lib/backends/session/cache-port'
import { databaseCache } from './request-cache'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { VectorStore, withVectorStore } from './vector-store'

let study: TestStudy
let folder: string
let store: VectorStore
let cache: RequestCache

const keyOf = (n: number) => Buffer.alloc(32, n)
const vectorOf = (n: number, d = 8) => Buffer.from(new Float32Array(d).fill(n + 0.5).buffer)

function put(...numbers: number[]): void {
  cache.put(numbers.map((n) => ({ key: keyOf(n), call: 'embed', value: vectorOf(n) })))
}

beforeEach(() => {
  study = testStudy(1)
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vectors-'))
  store = new VectorStore(folder)
  cache = withVectorStore(databaseCache(study.db), store)
})
afterEach(() => {
  store.close()
  study.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

describe('the vector store', () => {
  it('returns what was put, of every length, also after a restart', () => {
    put(1, 2)
    cache.put([{ key: keyOf(3), call: 'embed', value: vectorOf(3, 5) }])
    put(4)
    store.close()
    store = new VectorStore(folder)
    cache = withVectorStore(databaseCache(study.db), store)
    expect(cache.get([keyOf(4), keyOf(3), keyOf(9), keyOf(1)])).toEqual([
      vectorOf(4),
      vectorOf(3, 5),
      null,
      vectorOf(1),
    ])
    expect(store.size()).toBe(3 * 32 + 20)
  })

  it('leaves the database small and other answers in it', () => {
    put(1)
    cache.put([{ key: keyOf(2), call: 'score', value: vectorOf(2) }])
    const lengths = study.db.$client
      .prepare('select call, length(value) as n from request_cache order by call')
      .all()
    expect(lengths).toEqual([
      { call: 'embed', n: 20 },
      { call: 'score', n: 32 },
    ])
    expect(cache.get([keyOf(2)])).toEqual([vectorOf(2)])
  })

  it('counts a vector that is cut, changed or gone as not cached, and takes it again', () => {
    put(1, 2)
    const file = path.join(folder, '32.bin')
    fs.truncateSync(file, 40)
    expect(cache.get([keyOf(1), keyOf(2)])).toEqual([vectorOf(1), null])
    const bytes = fs.readFileSync(file)
    bytes[3] = 1
    fs.writeFileSync(file, bytes)
    expect(cache.get([keyOf(1)])).toEqual([null])
    put(1)
    expect(cache.get([keyOf(1)])).toEqual([vectorOf(1)])
    put(5)
    store.close()
    fs.rmSync(file)
    expect(cache.get([keyOf(5)])).toEqual([null])
  })

  it('gives back the room of purged vectors and keeps the others', () => {
    put(1, 2, 3, 4, 5)
    expect(store.compact(study.db)).toBe(0)
    const drop = study.db.$client.prepare('delete from request_cache where key = ?')
    for (const n of [1, 3, 4]) drop.run(keyOf(n))
    expect(store.compact(study.db)).toBe(3 * 32)
    expect(store.size()).toBe(2 * 32)
    expect(cache.get([2, 5, 1].map(keyOf))).toEqual([vectorOf(2), vectorOf(5), null])
    put(6)
    expect(cache.get([keyOf(6), keyOf(2)])).toEqual([vectorOf(6), vectorOf(2)])
  })
})
