import { sql } from 'drizzle-orm'
import { runCells } from '@/db/schema'

/** 1 where a run read the parents of a cell under another version of the alignment than the one that stands now, else 0. */
export const OUTDATED = sql<number>`coalesce(${runCells.alignmentNo} <> (select a.no from alignments a where a.child_cell_no = ${runCells.cellNo} and a.version > 0 order by a.version desc limit 1), 0)`
