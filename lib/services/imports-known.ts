import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells } from '@/db/schema'
import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import type { ColumnMapping } from '@/lib/formats/types'

/** Returns what decides how a file is read; a mapping stored before a field existed lacks it. */
function readingOf(mapping: ColumnMapping | null): string {
  const columns = MAPPED_FIELDS.map((field) => mapping?.[field] ?? null)
  return JSON.stringify([columns, mapping?.tags ?? null])
}

/**
 * Returns the current cell of the study that holds this content, read by the same mapping, or null: another column of the
 * same file holds other rows.
 */
export function findKnownFile(db: Db, studyId: string, sha256: string, mapping: ColumnMapping) {
  const wanted = readingOf(mapping)
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
    .all()
    .find(({ source }) => readingOf(source.mapping) === wanted)
  return row ? { cellId: row.id, revision: row.revision, fileName: row.source.fileName } : null
}
