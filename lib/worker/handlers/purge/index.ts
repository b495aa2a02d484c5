import { sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { JOBS } from '@/lib/queue/kinds'
import { enqueue, listJobs } from '@/lib/queue/queue'
import { defineJob } from '@/lib/worker/types'
import { vectorStoreOf } from '@/lib/worker/vector-store'

const DAY_MS = 24 * 3600 * 1000
// Deleting asks nothing, because it can be undone for this long.
const KEEP_DELETED_MS = 7 * DAY_MS
const KEEP_CACHE_MS = 180 * DAY_MS
// Answers beyond this go, oldest use first: about ten million embeddings of 384 dimensions.
const CACHE_BYTES = 16 * 2 ** 30
const CACHE_BATCH = 2_000

/** Tables whose rows carry `deleted_at`. Backends stay while a run's card names them. */
const SOFT_DELETED = ['runs', 'views', 'subsets', 'studies', 'prompt_versions'] as const

function purgeDeleted(db: Db, before: number): number {
  let removed = 0
  for (const table of SOFT_DELETED) {
    removed += db.$client.prepare(`delete from ${table} where deleted_at < ?`).run(before).changes
  }
  removed += db.$client
    .prepare(
      `delete from backends where deleted_at < ? and built_in = 0
         and id not in (select backend_id from runs where backend_id is not null)`,
    )
    .run(before).changes
  return removed
}

/**
 * Removes answers that nobody used for half a year, and the longest unused beyond so many bytes; returns how many.
 * `vectorBytes` is what the vectors beside the database take.
 */
export function purgeCache(
  db: Db,
  now: number,
  vectorBytes: number,
  mostBytes = CACHE_BYTES,
): number {
  let removed = db.$client
    .prepare('delete from request_cache where used_at < ?')
    .run(now - KEEP_CACHE_MS).changes
  // Vectors lie in files beside: an entry stands for its share of them.
  const vectors = db.$client.prepare("select count(*) from request_cache where call = 'embed'")
  const share = vectorBytes / Math.max(1, vectors.pluck().get() as number)
  const total = db.$client.prepare(
    "select coalesce(sum(length(value) + case call when 'embed' then ? else 0 end), 0) from request_cache",
  )
  const size = () => total.pluck().get(share) as number
  const drop = db.$client.prepare(
    `delete from request_cache where key in (select key from request_cache order by used_at limit ${CACHE_BATCH})`,
  )
  while (size() > mostBytes) removed += drop.run().changes
  return removed
}

/** Queues a purge when the last one is more than a day old. */
export function schedulePurge(db: Db, now = Date.now()): void {
  const last = listJobs(db, { kind: 'purge', limit: 1 })[0]
  if (last && last.createdAt > now - DAY_MS) return
  enqueue(db, { kind: 'purge', payload: {}, names: {}, progress: { unit: 'entries' } }, now)
}

/** Removes what was deleted more than 7 days ago, and answers of backends that nobody used for long. */
export const purgeJob = defineJob(JOBS.purge, {
  lane: 'quick',
  async run({ db, config, commit }) {
    const now = Date.now()
    const vectors = vectorStoreOf(config.dataDir)
    let deleted = 0
    let cached = 0
    commit(() => {
      deleted = purgeDeleted(db, now - KEEP_DELETED_MS)
    })
    commit(() => {
      cached = purgeCache(db, now, vectors.size())
    })
    const freedBytes = vectors.compact(db)
    db.run(sql`pragma optimize`)
    return { deleted, cached, freedBytes }
  },
})
