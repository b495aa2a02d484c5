import { and, eq, isNull } from 'drizzle-orm'
import type { z } from 'zod'
import type { Db } from '@/db/client'
import { subsets } from '@/db/schema'
import type { storedExportSchema } from '@/lib/contracts/export'
import { AppError } from '@/lib/errors'
import type { JsonObject } from '@/lib/formats/types'
import type { ExportPlan } from './plan'

type Stored = z.infer<typeof storedExportSchema>

/** Returns what is stored of an export. Throws `not_found`. */
export function storedExport(
  db: Db,
  studyId: string,
  exportId: string,
): { stored: Stored & { recipe: JsonObject }; name: string; createdAt: number } {
  const row = db
    .select({ recipe: subsets.recipe, name: subsets.name, createdAt: subsets.createdAt })
    .from(subsets)
    .where(and(eq(subsets.id, exportId), eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .get()
  if (!row?.recipe.recipe) throw new AppError('not_found', 'There is no such export in this study.')
  const { recipe: stored, name, createdAt } = row
  return { stored: { ...stored, recipe: stored.recipe as JsonObject }, name, createdAt }
}

/** Notes an export among the study's subsets and returns what is kept of it; noting it again replaces it. */
export function noteExport(
  db: Db,
  { request, writer, study }: ExportPlan,
  {
    id,
    rows,
    recipe,
    sent,
  }: { id: string; rows: number; recipe: JsonObject; sent: Stored['sent'] },
) {
  const stored = {
    request,
    recipe,
    file: `${request.name}.${writer.extension}`,
    sent: sent ?? null,
  }
  const { name, state } = request
  db.insert(subsets)
    .values({
      id,
      studyId: study.id,
      name,
      state,
      recipe: stored,
      rowCount: rows,
      createdAt: Date.now(),
    })
    .onConflictDoUpdate({ target: subsets.id, set: { recipe: stored, rowCount: rows } })
    .run()
  return stored
}
