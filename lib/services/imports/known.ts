import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells } from '@/db/schema'
import { MAPPED_FIELDS, type CellSource } from '@/lib/contracts/cell'
import { openingSchema } from '@/lib/contracts/opening'

/** What decides how a file is read. */
type Reading = Pick<CellSource, 'mapping' | 'opening' | 'columns'>

/** A source that was stored before a field existed lacks it. */
function readingOf({ mapping, opening, columns }: Reading): string {
  const fields = MAPPED_FIELDS.map((field) => mapping?.[field] ?? null)
  const opened = openingSchema.parse(opening ?? {})
  return JSON.stringify([fields, mapping?.tags ?? null, opened, columns ?? []])
}

/**
 * Returns the current cell of the study that holds this content, read in the same way, or null: another column or
 * another encoding of the same file gives other rows.
 */
export function findKnownFile(db: Db, studyId: string, sha256: string, reading: Reading) {
  const wanted = readingOf(reading)
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
    .find(({ source }) => readingOf(source) === wanted)
  return row ? { cellId: row.id, revision: row.revision, fileName: row.source.fileName } : null
}
