import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead, hotWrite } from '@/db/hot-sql'
import type { RequestCache } from '@/lib/backends/session/cache-port'

// The time of last use decides what is purged; a day's precision is enough and spares writes on reading.
const TOUCH_MS = 24 * 3600 * 1000

/**
 * Returns the request cache that lies in the database; entries are shared by studies. A second answer to one request is
 * dropped, but for vectors: theirs may lie in a file that lost the first.
 */
export function databaseCache(db: Db, now: () => number = Date.now): RequestCache {
  const why = 'once a request'
  const find = hotRead(db, {
    why,
    sql: 'select value, used_at as usedAt from request_cache where key = ?',
    row: z.object({ value: z.instanceof(Buffer), usedAt: z.number() }),
  })
  const touch = hotWrite(db, { why, sql: 'update request_cache set used_at = ? where key = ?' })
  const insert = hotWrite(db, {
    why,
    sql: `insert into request_cache (key, call, value, created_at, used_at) values (?, ?, ?, ?, ?)
     on conflict (key) do update set value = excluded.value, used_at = excluded.used_at where excluded.call = 'embed'`,
  })
  const inOne = <T>(work: () => T): T => db.$client.transaction(work).immediate()
  return {
    get(keys) {
      const at = now()
      const stale: Buffer[] = []
      const values = keys.map((key) => {
        const found = find.get(key)
        if (found && found.usedAt < at - TOUCH_MS) stale.push(key)
        return found?.value ?? null
      })
      if (stale.length > 0) inOne(() => stale.forEach((key) => touch.run(at, key)))
      return values
    },
    put(entries) {
      const at = now()
      inOne(() => entries.forEach(({ key, call, value }) => insert.run(key, call, value, at, at)))
    },
  }
}
