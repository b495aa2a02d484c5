import { sql } from 'drizzle-orm'
import { runCells } from '@/db/schema'

/** 1 where a run read a cell under another version of the alignment, or other responses, than those that stand now, else 0. */
export const OUTDATED = sql<number>`(coalesce(${runCells.alignmentNo} <> (select a.no from alignments a where a.child_cell_no = ${runCells.cellNo} and a.version > 0 order by a.version desc limit 1), 0)
  or (${runCells.responseSetNo} is not null and ${runCells.responseSetNo} is not (select s.no from response_sets s where s.cell_no = ${runCells.cellNo} and s.deleted_at is null order by s.pinned desc, s.no desc limit 1)))`
