import { and, count, eq, inArray, isNotNull, lt, notInArray, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import {
  backends,
  blindSessions,
  formulas,
  maps,
  promptVersions,
  requestCache,
  resultFiles,
  runs,
  studies,
  subsets,
  views,
} from '@/db/schema'
import { purgeBackups } from '@/lib/services/backup/write'
import { purgeExportFiles } from '@/lib/services/exports/file'
import { purgeOwnClaims } from '@/lib/services/claims/own'
import { purgeResponseSets } from '@/lib/services/responses/purge'
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
const SOFT_DELETED = [
  runs,
  views,
  subsets,
  resultFiles,
  blindSessions,
  formulas,
  maps,
  studies,
  promptVersions,
] as const

function purgeDeleted(db: Db, before: number): number {
  let removed = purgeOwnClaims(db, before)
  for (const table of SOFT_DELETED) {
    removed += db.delete(table).where(lt(table.deletedAt, before)).run().changes
  }
  const cited = db.select({ id: runs.backendId }).from(runs).where(isNotNull(runs.backendId))
  removed += purgeResponseSets(db, before)
  removed += db
    .delete(backends)
    .where(
      and(
        lt(backends.deletedAt, before),
        eq(backends.builtIn, false),
        notInArray(backends.id, cited),
      ),
    )
    .run().changes
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
  let removed = db
    .delete(requestCache)
    .where(lt(requestCache.usedAt, now - KEEP_CACHE_MS))
    .run().changes
  // Vectors lie in files beside: an entry stands for its share of them.
  const isVector = eq(requestCache.call, 'embed')
  const vectors = db.select({ n: count() }).from(requestCache).where(isVector).get()?.n ?? 0
  const share = vectorBytes / Math.max(1, vectors)
  const bytes = sql<number>`coalesce(sum(length(${requestCache.value}) + case when ${isVector} then ${share} else 0 end), 0)`
  const size = () => db.select({ bytes }).from(requestCache).get()?.bytes ?? 0
  const oldest = db
    .select({ key: requestCache.key })
    .from(requestCache)
    .orderBy(requestCache.usedAt)
    .limit(CACHE_BATCH)
  while (size() > mostBytes) {
    removed += db.delete(requestCache).where(inArray(requestCache.key, oldest)).run().changes
  }
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
    deleted += await purgeBackups(config)
    await purgeExportFiles(config, now)
    const freedBytes = vectors.compact(db)
    db.run(sql`pragma optimize`)
    return { deleted, cached, freedBytes }
  },
})
