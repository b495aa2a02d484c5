import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Figure } from '@/lib/figures/types'
import { promptsOf } from '../prompts'
import { resultsStamp } from '../results/kept'
import { selectionStamp } from '../rows/select'
import { listArms, listSeedSets } from '../studies/detail'

/**
 * Returns what changes whenever a figure of the study may look different under the same options and filter: rows, links,
 * values and how far runs are, names and colours, benchmark results or prompts where it draws them.
 */
export function figureStamp(db: Db, studyId: string, figure: Figure): string {
  const runs = hotRead(db, {
    why: 'with every figure; records of many runs, which need not be parsed',
    sql: `select r.no, r.definition_hash, r.record, coalesce(sum(rc.done), 0), coalesce(sum(rc.total), 0)
      from runs r left join run_cells rc on rc.run_no = r.no
      where r.study_id = ? and r.deleted_at is null group by r.no order by r.no`,
    row: z.tuple([z.number(), z.string(), z.string(), z.number(), z.number()]),
  }).all(studyId)
  const facts = [
    selectionStamp(db, studyId),
    runs,
    listArms(db, studyId),
    listSeedSets(db, studyId),
    figure.needsResults ? resultsStamp(db, studyId) : null,
    figure.needsPrompts ? promptsOf(db, studyId) : null,
  ]
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64')
}
