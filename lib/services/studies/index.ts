import { randomUUID } from 'node:crypto'
import { and, count, desc, eq, inArray, isNotNull, isNull, max, ne, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { arms, cells, seedSets, studies } from '@/db/schema'
import { jsonPart } from '@/db/stored-json'
import { LIMITS } from '@/lib/contracts/limits'
import { cleanName } from '@/lib/contracts/plain-text'
import type { ArmInfo, StudySummary } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { countActiveByStudy } from '@/lib/queue/lookups'
import { refuseBeyond } from '../row-limits'

/** What the user may set of a study. */
export interface StudyInput {
  name: string
  description?: string
  notice?: string | null
  /** `sample` for the built-in study; default `user`. */
  origin?: string
}

/** Origin of a study that is still being stored: it is in no list and cannot be restored. */
export const OPENING = 'opening'

type StudyRow = typeof studies.$inferSelect

function checkedName(name: string): string {
  const trimmed = cleanName(name)
  if (trimmed === '' || trimmed.length > LIMITS.studyName) {
    throw new AppError(
      'invalid_input',
      `A study needs a name of 1 to ${LIMITS.studyName} characters.`,
    )
  }
  return trimmed
}

/** Creates an empty study and returns its summary. Throws `conflict` when there are as many as are kept. */
export function createStudy(db: Db, input: StudyInput): StudySummary {
  refuseBeyond(db, studies, LIMITS.studies, 'studies')
  const row = db
    .insert(studies)
    .values({
      id: randomUUID(),
      name: checkedName(input.name),
      description: input.description ?? '',
      notice: input.notice ?? null,
      origin: input.origin ?? 'user',
      createdAt: Date.now(),
    })
    .returning()
    .get()
  return summarise(db, [row])[0] as StudySummary
}

function counts(db: Db, ids: readonly string[]) {
  const list = [...ids]
  const rowsOf = (table: typeof seedSets | typeof arms) =>
    db
      .select({ id: table.studyId, n: count() })
      .from(table)
      .where(inArray(table.studyId, list))
      .groupBy(table.studyId)
      .all()
  const cellRows = db
    .select({
      id: cells.studyId,
      n: count(),
      rows: sql<number>`sum(coalesce(${jsonPart(cells.report, '$.rows')}, ${cells.rowCount}))`,
    })
    .from(cells)
    .where(
      and(inArray(cells.studyId, list), isNotNull(cells.publishedAt), isNull(cells.supersededAt)),
    )
    .groupBy(cells.studyId)
    .all()
  const of = (rows: { id: string | null; n: number }[]) =>
    new Map(rows.map((row) => [row.id, row.n]))
  return {
    seedSets: of(rowsOf(seedSets)),
    arms: of(rowsOf(arms)),
    cells: of(cellRows),
    rows: new Map(cellRows.map((row) => [row.id, row.rows])),
    jobs: countActiveByStudy(db, list),
  }
}

function summarise(db: Db, rows: readonly StudyRow[]): StudySummary[] {
  if (rows.length === 0) return []
  const by = counts(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => ({
    ...row,
    seedSetCount: by.seedSets.get(row.id) ?? 0,
    armCount: by.arms.get(row.id) ?? 0,
    cellCount: by.cells.get(row.id) ?? 0,
    rowCount: by.rows.get(row.id) ?? 0,
    activeJobs: by.jobs.get(row.id) ?? 0,
  }))
}

/** Returns studies, newest first; deleted ones only with `deleted`, so that they can be restored. */
export function listStudies(db: Db, options: { deleted?: boolean } = {}): StudySummary[] {
  const condition = options.deleted
    ? and(isNotNull(studies.deletedAt), ne(studies.origin, OPENING))
    : isNull(studies.deletedAt)
  return summarise(
    db,
    db.select().from(studies).where(condition).orderBy(desc(studies.createdAt), studies.id).all(),
  )
}

/** Returns one study; `not_found` when it is deleted or never was. */
export function getStudy(db: Db, studyId: string): StudySummary {
  const row = db
    .select()
    .from(studies)
    .where(and(eq(studies.id, studyId), isNull(studies.deletedAt)))
    .get()
  if (!row) throw new AppError('not_found', 'There is no such study; it may have been deleted.')
  return summarise(db, [row])[0] as StudySummary
}

/** Changes name, description or notice, and returns the study. */
export function updateStudy(
  db: Db,
  studyId: string,
  patch: {
    name?: string | undefined
    description?: string | undefined
    notice?: string | null | undefined
  },
): StudySummary {
  getStudy(db, studyId)
  const values: Partial<StudyRow> = {}
  if (patch.name !== undefined) values.name = checkedName(patch.name)
  if (patch.description !== undefined) values.description = patch.description
  if (patch.notice !== undefined) values.notice = patch.notice
  if (Object.keys(values).length > 0) {
    db.update(studies).set(values).where(eq(studies.id, studyId)).run()
  }
  return getStudy(db, studyId)
}

/** Marks a study as deleted; it can be restored until it is purged. */
export function deleteStudy(db: Db, studyId: string): void {
  getStudy(db, studyId)
  db.update(studies).set({ deletedAt: Date.now() }).where(eq(studies.id, studyId)).run()
}

/** Removes a study for good when it holds no cell: one that was made for an import of which nothing came. */
export function discardEmptyStudy(db: Db, studyId: string): void {
  const held = db.select({ n: count() }).from(cells).where(eq(cells.studyId, studyId)).get()
  if (held?.n === 0) db.delete(studies).where(eq(studies.id, studyId)).run()
}

/** Brings a deleted study back and returns it. */
export function restoreStudy(db: Db, studyId: string): StudySummary {
  const which = and(eq(studies.id, studyId), ne(studies.origin, OPENING))
  db.update(studies).set({ deletedAt: null }).where(which).run()
  return getStudy(db, studyId)
}

function idByKey(
  db: Db,
  table: typeof seedSets | typeof arms,
  studyId: string,
  key: string,
): string | undefined {
  const place = and(eq(table.studyId, studyId), eq(table.key, key))
  return db.select({ id: table.id }).from(table).where(place).get()?.id
}

/** The number after those that the study's entries have in this column. */
function nextPlace(
  db: Db,
  table: typeof seedSets | typeof arms,
  column: typeof seedSets.position | typeof arms.colorIndex,
  studyId: string,
): number {
  const query = db
    .select({ last: max(column) })
    .from(table)
    .where(eq(table.studyId, studyId))
  return (query.get()?.last ?? -1) + 1
}

/** Returns the id of a seed set, creating it after the others when the study has none of this key. */
export function ensureSeedSet(db: Db, studyId: string, key: string, label: string): string {
  const found = idByKey(db, seedSets, studyId, key)
  if (found) return found
  const id = randomUUID()
  db.insert(seedSets)
    .values({
      id,
      studyId,
      key,
      label: cleanName(label) || key,
      position: nextPlace(db, seedSets, seedSets.position, studyId),
      createdAt: Date.now(),
    })
    .run()
  return id
}

/** What is known of an arm when it is first met. */
export type ArmInput = Pick<ArmInfo, 'key' | 'label' | 'armClass' | 'scenario'> & {
  model?: string | null
  decoding?: Record<string, string | number> | null
  promptVersion?: string | null
  variant?: string | null
}

/** Returns the id of an arm, creating it with the next colour when the study has none of this key. */
export function ensureArm(db: Db, studyId: string, input: ArmInput): string {
  const found = idByKey(db, arms, studyId, input.key)
  if (found) return found
  const id = randomUUID()
  db.insert(arms)
    .values({
      id,
      studyId,
      ...input,
      label: cleanName(input.label) || input.key,
      colorIndex: nextPlace(db, arms, arms.colorIndex, studyId),
      createdAt: Date.now(),
    })
    .run()
  return id
}
