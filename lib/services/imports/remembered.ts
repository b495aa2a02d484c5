import { desc, eq, like } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { settings } from '@/db/schema'
import { rememberedMappingSchema, type ImportPlan } from '@/lib/contracts/study'
import type { RememberedMapping } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { getStudy } from '../studies'

const PREFIX = 'import-mapping:'
/** Shapes that are remembered; the one that was used longest ago gives way. */
const MAX_SHAPES = 500

function all(db: Db): { key: string; mapping: RememberedMapping | null }[] {
  return db
    .select()
    .from(settings)
    .where(like(settings.key, `${PREFIX}%`))
    .orderBy(desc(settings.updatedAt))
    .all()
    .map(({ key, value }) => ({
      key,
      // What a version before wrote in another way is as good as forgotten.
      mapping: rememberedMappingSchema.safeParse(value).data ?? null,
    }))
}

/** Returns the mapping that was used last for each shape of file, the newest first. */
export function rememberedMappings(db: Db): RememberedMapping[] {
  return all(db).flatMap(({ mapping }) => mapping ?? [])
}

/** Returns the mapping that was used last for files of a shape, or null. */
export function rememberedMapping(db: Db, shape: string | null): RememberedMapping | null {
  if (shape === null) return null
  const key = PREFIX + shape
  const row = db.select().from(settings).where(eq(settings.key, key)).get()
  return rememberedMappingSchema.safeParse(row?.value).data ?? null
}

/** Keeps the mapping under which a file was imported for the next file of its shape. */
export function rememberMapping(db: Db, studyId: string, plan: ImportPlan, now = Date.now()): void {
  const { shape, format, mapping, columns, wasAsked, fileName } = plan
  if (shape === null) return
  const studyName = getStudy(db, studyId).name
  const used = { format, mapping, columns, wasAsked, fileName }
  const value: RememberedMapping = { shape, ...used, studyName, usedAt: now }
  db.insert(settings)
    .values({ key: PREFIX + shape, value, updatedAt: now })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: now } })
    .run()
  for (const { key } of all(db).slice(MAX_SHAPES)) {
    db.delete(settings).where(eq(settings.key, key)).run()
  }
}

/** Forgets the mapping of one shape. Throws `not_found` when none is remembered. */
export function forgetMapping(db: Db, shape: string): void {
  const key = PREFIX + shape
  const { changes } = db.delete(settings).where(eq(settings.key, key)).run()
  if (changes === 0) {
    throw new AppError('not_found', 'No mapping is remembered for files of this shape.')
  }
}
