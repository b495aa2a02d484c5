import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { subsets } from '@/db/schema'
import type { RowFilter } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'

/** What a saved export says of its rows. */
interface ExportedRows {
  name: string
  /** Rows that were written; a format may have left some out. */
  written: number
  filter: RowFilter
}

/**
 * Returns the filter that a saved export was made with: which rows are in it is asked again, since exports note the way to
 * their rows and not the rows. Throws `invalid_input` where there is no such export.
 */
export function exportedRows(db: Db, studyId: string, exportId: string): ExportedRows {
  const row = db
    .select({ name: subsets.name, written: subsets.rowCount, state: subsets.state })
    .from(subsets)
    .where(and(eq(subsets.id, exportId), eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .get()
  if (!row) {
    throw new AppError(
      'invalid_input',
      `This study has no export "${exportId}". Remove it from the filter, or choose one of the exports of this study.`,
    )
  }
  return { name: row.name, written: row.written, filter: row.state.filter }
}

// As many as the export page lists.
const LISTED = 50

/** Returns id and name of the study's saved exports, newest first; with a limit of -1 all of them. */
export function listExported(
  db: Db,
  studyId: string,
  limit = LISTED,
): { id: string; name: string }[] {
  return db
    .select({ id: subsets.id, name: subsets.name })
    .from(subsets)
    .where(and(eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .orderBy(desc(subsets.createdAt))
    .limit(limit)
    .all()
}
