import { z } from 'zod'
import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { Db } from '@/db/client'
import { hotRead, hotWrite } from '@/db/hot-sql'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '@/db/private-files'
import type { RequestCache } from '@/lib/backends/session/cache-port'
import {
  decodePointer,
  encodePointer,
  MAGIC,
  POINTER_BYTES,
  vectorFile,
} from '@/lib/services/search/pointer'
import { databaseCache } from './request-cache'

// Files are rewritten when more than half of them is answers that were purged.
const LIVE_SHARE = 0.5
const COPY_RECORDS = 4_096

/**
 * Vectors beside the database: append-only files, one a length, that entries of the request cache point into. Only the
 * worker writes. A vector that the file does not hold whole (power loss, a lost file) counts as not cached.
 */
export class VectorStore {
  private readonly open = new Map<number, number>()

  constructor(private readonly folder: string) {}

  /** Appends values of any lengths and returns what to store in their place. */
  append(values: readonly Buffer[]): Buffer[] {
    const pointers: Buffer[] = Array.from({ length: values.length })
    for (const bytes of new Set(values.map((value) => value.length))) {
      const mine = [...values.entries()].filter(([, value]) => value.length === bytes)
      const file = this.file(bytes)
      // What a kill left half written at the end is written over.
      const first = Math.floor(fs.fstatSync(file).size / bytes)
      const block = Buffer.concat(mine.map(([, value]) => value))
      fs.writeSync(file, block, 0, block.length, first * bytes)
      mine.forEach(([at, value], i) => {
        pointers[at] = encodePointer({ bytes, record: first + i, checksum: crc32(value) })
      })
    }
    return pointers
  }

  /** Returns the value that a stored one points to, null when it is lost, the stored one itself when it points nowhere. */
  resolve(stored: Buffer): Buffer | null {
    const pointer = decodePointer(stored)
    if (!pointer) return stored
    const { bytes, record, checksum } = pointer
    if (!fs.existsSync(this.pathOf(bytes))) return null
    const value = Buffer.allocUnsafe(bytes)
    const read = fs.readSync(this.file(bytes), value, 0, bytes, record * bytes)
    return read === bytes && crc32(value) === checksum ? value : null
  }

  /** Returns the size of all files in bytes. */
  size(): number {
    return this.lengths().reduce((sum, bytes) => sum + fs.statSync(this.pathOf(bytes)).size, 0)
  }

  /**
   * Rewrites files that mostly hold what the database no longer points to. Call while nothing else writes. Returns the
   * bytes given back. After a kill in between some
   * vectors may count as not cached.
   */
  compact(db: Db): number {
    let freed = 0
    for (const bytes of this.lengths()) {
      const head = Buffer.concat([MAGIC, Buffer.alloc(4)])
      head.writeUInt32LE(bytes, 4)
      const live = hotRead(db, {
        why: 'goes over every cached vector',
        sql: `select key, value from request_cache where call = 'embed' and length(value) = ${POINTER_BYTES} and substr(value, 1, 8) = ?`,
        row: z.object({ key: z.instanceof(Buffer), value: z.instanceof(Buffer) }),
      }).all(head)
      const before = fs.statSync(this.pathOf(bytes)).size
      if (live.length * bytes > before * LIVE_SHARE) continue
      freed += before - this.rewrite(db, bytes, live)
    }
    return freed
  }

  close(): void {
    for (const file of this.open.values()) fs.closeSync(file)
    this.open.clear()
  }

  private rewrite(db: Db, bytes: number, live: { key: Buffer; value: Buffer }[]): number {
    const why = 'once a cached vector'
    const update = hotWrite(db, { why, sql: 'update request_cache set value = ? where key = ?' })
    const drop = hotWrite(db, { why, sql: 'delete from request_cache where key = ?' })
    const part = `${this.pathOf(bytes)}.part`
    const kept: { key: Buffer; value: Buffer }[] = []
    const file = fs.openSync(part, 'w', PRIVATE_FILE)
    try {
      let written = 0
      for (let from = 0; from < live.length; from += COPY_RECORDS) {
        const values: Buffer[] = []
        for (const { key, value } of live.slice(from, from + COPY_RECORDS)) {
          const vector = this.resolve(value)
          if (!vector) continue
          const checksum = crc32(vector)
          kept.push({ key, value: encodePointer({ bytes, record: written, checksum }) })
          values.push(vector)
          written += 1
        }
        fs.writeSync(file, Buffer.concat(values))
      }
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    const held = this.open.get(bytes)
    if (held !== undefined) fs.closeSync(held)
    this.open.delete(bytes)
    const keep = new Set(kept.map(({ key }) => key.toString('hex')))
    db.$client
      .transaction(() => {
        for (const { key, value } of kept) update.run(value, key)
        for (const { key } of live) if (!keep.has(key.toString('hex'))) drop.run(key)
        // Inside the transaction: should the rename fail, the old pointers stay. After a kill between rename and commit
        // the checksums tell that old pointers lead to other vectors, which are asked again.
        fs.renameSync(part, this.pathOf(bytes))
      })
      .immediate()
    return kept.length * bytes
  }

  private lengths(): number[] {
    if (!fs.existsSync(this.folder)) return []
    return fs
      .readdirSync(this.folder)
      .flatMap((name) => (/^\d+\.bin$/.test(name) ? [Number.parseInt(name, 10)] : []))
  }

  private pathOf(bytes: number): string {
    return vectorFile(this.folder, bytes)
  }

  private file(bytes: number): number {
    const held = this.open.get(bytes)
    if (held !== undefined) return held
    fs.mkdirSync(this.folder, { recursive: true, mode: PRIVATE_FOLDER })
    const { O_RDWR, O_CREAT } = fs.constants
    const file = fs.openSync(this.pathOf(bytes), O_RDWR | O_CREAT, PRIVATE_FILE)
    this.open.set(bytes, file)
    return file
  }
}

const stores = new Map<string, VectorStore>()

/** Returns the process's one store of a data folder: two would write over each other. */
export function vectorStoreOf(dataDir: string): VectorStore {
  const known = stores.get(dataDir) ?? new VectorStore(path.join(dataDir, 'vectors'))
  stores.set(dataDir, known)
  return known
}

/** Returns the request cache of a data folder: answers in the database, vectors in files beside it. */
export function storedCache(db: Db, dataDir: string, now?: () => number): RequestCache {
  return withVectorStore(databaseCache(db, now), vectorStoreOf(dataDir))
}

/** Returns a cache that keeps vectors in files and only where they lie in `inner`. */
export function withVectorStore(inner: RequestCache, store: VectorStore): RequestCache {
  return {
    get: (keys) => inner.get(keys).map((value) => (value === null ? null : store.resolve(value))),
    put(entries) {
      const vectors = entries.filter(({ call }) => call === 'embed')
      const pointers = store.append(vectors.map(({ value }) => value))
      const moved = new Map(vectors.map((entry, i) => [entry, pointers[i] as Buffer]))
      inner.put(entries.map((entry) => ({ ...entry, value: moved.get(entry) ?? entry.value })))
    },
  }
}
