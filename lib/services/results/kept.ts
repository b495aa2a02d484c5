import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { ResultList } from '@/lib/contracts/results'
import { listResults } from '.'
import { cachesOf } from '../columns/cache'
import { listArms } from '../studies/detail'

// Two bytes a character, and as much again for its objects.
const BYTES_A_CHARACTER = 4

// What `listResults` reads: numbers and outcomes of files that are there, what users said of models, exports.
const PARTS = [
  `select group_concat(f.id || ' ' || f.name || ' ' || f.format, x'0a')
    from result_files f where f.study_id = ? and f.deleted_at is null`,
  `select group_concat(r.no || ' ' || r.file_id || ' ' || r.facts, x'0a')
    from results r join result_files f on f.id = r.file_id where f.study_id = ? and f.deleted_at is null`,
  `select group_concat(i.result_no || ' ' || i.file_id || ' ' || i.count, x'0a')
    from result_items i join result_files f on f.id = i.file_id where f.study_id = ? and f.deleted_at is null`,
  `select group_concat(source || ' ' || model || ' ' || mapping, x'0a') from result_models where study_id = ?`,
  `select group_concat(id || ' ' || name || ' ' || row_count || ' ' || coalesce(deleted_at, ''), x'0a')
    from subsets where study_id = ?`,
]

const changes = z.tuple([z.number(), z.number()])

/** Returns what changes whenever the results of a study or what is said of their models does, without parsing any. */
export function resultsStamp(db: Db, studyId: string): string {
  // Nothing can have changed while neither another connection nor this one has written.
  const written = hotRead(db, {
    why: 'three times with every figure of results; tells whether anything was written since',
    sql: 'select data_version, total_changes() from pragma_data_version',
    row: changes,
  }).get()
  return cachesOf(db).results.get(
    `results-stamp/${studyId}`,
    String(written),
    (stamp) => stamp.length,
    () => madeStamp(db, studyId),
  )
}

function madeStamp(db: Db, studyId: string): string {
  const why =
    'with every figure of results; thousands of numbers, which need not be parsed to see whether any changed'
  const hash = createHash('sha256')
  for (const sql of PARTS) {
    const [text] =
      hotRead(db, { why, sql, row: z.tuple([z.string().nullable()]) }).get(studyId) ?? []
    hash.update(text ?? '').update('\0')
  }
  return hash.update(JSON.stringify(listArms(db, studyId))).digest('base64')
}

/** Returns what `listResults` does, read once until anything of it changes. Not to be altered: callers share it. */
export function keptResults(db: Db, studyId: string): ResultList {
  const stamp = resultsStamp(db, studyId)
  return cachesOf(db).results.get(
    `results/${studyId}`,
    stamp,
    (list) => JSON.stringify(list).length * BYTES_A_CHARACTER,
    () => listResults(db, studyId),
  )
}
