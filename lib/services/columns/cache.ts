import os from 'node:os'
import path from 'node:path'
import type { Db } from '@/db/client'
import { canSpill, Spill, type Spilled } from './spill'

/** A cache by key and stamp that forgets, or writes down, what was used longest ago once `maxBytes` are exceeded. @internal */
export class StampedCache {
  readonly #entries = new Map<string, Spilled>()
  readonly #maxBytes: number
  readonly #spill: Spill | null
  #bytes = 0

  constructor(maxBytes: number, spill: Spill | null = null) {
    this.#maxBytes = maxBytes
    this.#spill = spill
  }

  /** Returns the value stored under the key with this very stamp, else makes, stores and returns it. */
  get<T>(key: string, stamp: string, bytesOf: (value: T) => number, make: () => T): T {
    const found = this.peek<T>(key, stamp)
    if (found !== undefined) return found
    const value = make()
    this.put(key, stamp, value, bytesOf(value))
    return value
  }

  /** Returns the value stored under the key with this very stamp, or undefined. */
  peek<T>(key: string, stamp: string): T | undefined {
    const entry = this.#entries.get(key)
    if (!entry || entry.stamp !== stamp) return this.#readBack<T>(key, stamp)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value as T
  }

  /** Stores a value, replacing what the key held under another stamp. */
  put(key: string, stamp: string, value: unknown, bytes: number): void {
    const old = this.#entries.get(key)
    if (old) this.#bytes -= old.bytes
    this.#entries.delete(key)
    this.#entries.set(key, { stamp, value, bytes })
    this.#bytes += bytes
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes || oldest === key) break
      this.#entries.delete(oldest)
      this.#bytes -= entry.bytes
      if (canSpill(entry.value)) this.#spill?.put(oldest, entry)
    }
  }

  #readBack<T>(key: string, stamp: string): T | undefined {
    const written = this.#spill?.get(key, stamp)
    if (written) this.put(key, stamp, written.value, written.bytes)
    return written?.value as T | undefined
  }
}

/** 20 columns of half a million doubles, so that the web process stays below 600 MB; the others wait on disk. */
const COLUMN_BYTES = 96 * 1024 * 1024
/** Results are 6 bytes a row: dozens of filters of half a million rows. */
const RESULT_BYTES = 64 * 1024 * 1024

interface Caches {
  columns: StampedCache
  results: StampedCache
}

const byDatabase = new WeakMap<object, Caches>()

/** Returns the caches of an open database; they live as long as its connection. */
export function cachesOf(db: Db): Caches {
  let caches = byDatabase.get(db.$client)
  if (!caches) {
    const folder = db.$client.memory ? os.tmpdir() : path.dirname(db.$client.name)
    const spill = new Spill(folder)
    caches = {
      columns: new StampedCache(COLUMN_BYTES, spill),
      results: new StampedCache(RESULT_BYTES),
    }
    byDatabase.set(db.$client, caches)
  }
  return caches
}

/**
 * Drops everything kept of an open database, so that a benchmark sees a first request again.
 * @internal
 */
export function forgetCaches(db: Db): void {
  byDatabase.delete(db.$client)
}
