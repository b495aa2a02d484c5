import { sql } from 'drizzle-orm'
import { textBacklog } from '@/db/schema'
import type { Db } from '@/db/client'
import { JOBS } from '@/lib/queue/kinds'
import { enqueue, listJobs } from '@/lib/queue/queue'
import { backlogSize, indexBacklog } from '@/lib/services/search/backlog'
import { defineJob } from '@/lib/worker/types'

/** Queues the indexing of texts that an older version stored, unless it is queued already. */
export function scheduleIndexing(db: Db): void {
  if (backlogSize(db) === 0) return
  const isWaiting = listJobs(db, { kind: 'index-texts', limit: 1 }).some(
    ({ state }) => state === 'queued' || state === 'running' || state === 'paused',
  )
  if (isWaiting) return
  enqueue(db, { kind: 'index-texts', payload: {}, names: {}, progress: { unit: 'rows' } })
}

/** Rows and responses that wait. */
function rowsWaiting(db: Db): number {
  const one = (kind: string, table: string, key: string) =>
    sql`(select count(*) from ${textBacklog} b join ${sql.raw(table)} t on t.${sql.raw(key)} = b.no and t.idx >= b.next where b.kind = ${kind})`
  const rows = one('rows', 'rows', 'cell_no')
  const responses = one('responses', 'responses', 'set_no')
  return db.get<{ n: number }>(sql`select ${rows} + ${responses} as n`)?.n ?? 0
}

/** Indexes the texts of studies that are older than the index, so that searches need not read all of them. */
export const indexTextsJob = defineJob(JOBS['index-texts'], {
  lane: 'import',
  async run({ db, signal, progress }) {
    let done = 0
    progress({ total: rowsWaiting(db), done, unit: 'rows', phase: 'Indexing texts' })
    await indexBacklog(db, {
      signal,
      onProgress(rows) {
        done += rows
        progress({ done })
      },
    })
    return { indexed: done }
  },
})
