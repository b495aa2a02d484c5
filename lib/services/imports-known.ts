import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells } from '@/db/schema'

/** Returns the current cell of the study that holds this content, or null. */
export function findKnownFile(db: Db, studyId: string, sha256: string) {
  const row = db
    .select({ id: cells.id, revision: cells.revision, source: cells.source })
    .from(cells)
    .where(
      and(
        eq(cells.studyId, studyId),
        eq(cells.sourceSha256, sha256),
        isNotNull(cells.publishedAt),
        isNull(cells.supersededAt),
      ),
    )
    .get()
  return row ? { cellId: row.id, revision: row.revision, fileName: row.source.fileName } : null
}
