import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { AppError } from '@/lib/errors'

const OF_STUDY = 'c.study_id = ?'

// What no type says: positions that a file does not have. Each finds one entry that must not be there.
const RULES: readonly { problem: string; sql: string }[] = [
  {
    problem: 'a row lies outside of its file, or at a seed that its seed set does not have',
    sql: `select 1 from cells c join seed_sets s on s.id = c.seed_set_id join rows r on r.cell_no = c.no
      where ${OF_STUDY} and (r.idx not between 0 and c.row_count - 1 or r.slot not between 0 and s.slot_count - 1
        or r.key_set not between 0 and max(0, json_array_length(c.source, '$.keySets') - 1)) limit 1`,
  },
  {
    problem: 'a response belongs to a row that its file does not have',
    sql: `select 1 from cells c join response_sets s on s.cell_no = c.no join responses r on r.set_no = s.no
      where ${OF_STUDY} and r.idx not between 0 and c.row_count - 1 limit 1`,
  },
  {
    problem: 'a row is linked to a parent that is not there',
    sql: `select 1 from cells c join alignments a on a.child_cell_no = c.no left join cells p on p.no = a.parent_cell_no
      join seed_sets s on s.id = c.seed_set_id join links l on l.alignment_no = a.no
      where ${OF_STUDY} and (l.child_idx not between 0 and c.row_count - 1
        or l.parent_idx not between 0 and coalesce(p.row_count, s.slot_count) - 1) limit 1`,
  },
  {
    problem: 'a file is aligned with one of another seed set or with one of a later round',
    sql: `select 1 from cells c join alignments a on a.child_cell_no = c.no join cells p on p.no = a.parent_cell_no
      where ${OF_STUDY} and (p.seed_set_id <> c.seed_set_id or p.round >= c.round) limit 1`,
  },
  {
    problem: 'a block of values is not as long as it says or lies outside of its file',
    sql: `select 1 from cells c join column_chunks k on k.cell_no = c.no
      where ${OF_STUDY} and (k.row_count not between 1 and 4096 or k.chunk < 0 or k.width < 0 or k.dtype not in ('f64', 'f32')
        or length(k."values") <> k.row_count * k.width * (case k.dtype when 'f64' then 8 else 4 end)
        or length(k.status) <> k.row_count or k.chunk * 4096 + k.row_count > c.row_count) limit 1`,
  },
  {
    problem: 'a decision is on rows that are not there',
    sql: `select 1 from cells c join decision_rows d on d.cell_no = c.no
      where ${OF_STUDY} and (d.first < 0 or d.last < d.first or d.last > c.row_count - 1
        or length(d.bits) <> (d.last - d.first) / 8 + 1) limit 1`,
  },
  {
    problem: 'two files stand at one place',
    sql: `select 1 from cells c where ${OF_STUDY} and c.superseded_at is null
      group by c.seed_set_id, coalesce(c.arm_id, ''), c.round having count(*) > 1 limit 1`,
  },
  {
    problem: 'a seed file has an evolver, or an evolved file has none',
    sql: `select 1 from cells c where ${OF_STUDY} and ((c.arm_id is null) <> (c.round = 0) or c.round < 0) limit 1`,
  },
]

/** Throws `data_error` where entries of a study that was stored do not belong together. */
export function checkSound(db: Db, studyId: string): void {
  for (const { problem, sql } of RULES) {
    const why = 'goes over every row of a study'
    const found = hotRead(db, { why, sql, row: z.number() }).get(studyId)
    if (found !== null) throw new AppError('data_error', `The backup is not sound: ${problem}.`)
  }
}
