import { randomUUID } from 'node:crypto'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { stringify } from 'yaml'
import type { Db } from '@/db/client'
import { subsets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import type { ExportRequest, PreviousExport } from '@/lib/contracts/export'
import { AppError } from '@/lib/errors'
import { outputFolder } from '@/lib/formats/llama-factory/output-folder'
import { WRITERS } from '@/lib/formats/writers'
import { planExport } from './plan'
import { makeRecipe } from './recipe'
import { toStream, writeExport } from './write'
import { getStudy } from '../studies'

export { checkExport } from './check'
export { listWriters } from '@/lib/formats/writers'

/** Exports listed on the page; older ones stay in the database. */
const LISTED = 50

/** A download that is ready to be sent. */
export interface OpenExport {
  exportId: string
  fileName: string
  contentType: string
  body: ReadableStream<Uint8Array>
}

/**
 * Returns the stream of an export and notes it with its recipe among the study's subsets. Throws `invalid_input` before
 * the first byte when nothing can be written.
 */
export async function openExport(
  db: Db,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<OpenExport> {
  const plan = await planExport(db, request, signal)
  const recipe = makeRecipe(db, plan)
  const { pieces, rows } = await writeExport(db, plan, recipe)
  const { extension, mediaType: contentType } = plan.writer
  const fileName = `${request.name}.${extension}`
  const exportId = randomUUID()
  const stored = { request, recipe, file: fileName, sent: null }
  db.insert(subsets)
    .values({
      id: exportId,
      studyId: plan.study.id,
      name: request.name,
      state: request.state,
      recipe: stored,
      rowCount: rows,
      createdAt: Date.now(),
    })
    .run()
  const body = toStream(pieces, (sent) => {
    if (sent)
      db.update(subsets)
        .set({ recipe: { ...stored, sent } })
        .where(eq(subsets.id, exportId))
        .run()
  })
  return { exportId, fileName, contentType, body }
}

const { id, name, recipe, rowCount, createdAt } = subsets
// What exports are listed and told by; the rest of the entry is in the recipe too.
const NOTED = { id, name, recipe, rowCount, createdAt }
type Noted = Omit<typeof subsets.$inferSelect, 'studyId' | 'state' | 'deletedAt'>

// The recipe of an export is kept as plain text, so it outlives what this version can make again.
const UNKNOWN_REQUEST =
  'This version of Evolens cannot make this export again: it was requested in a form that is not known here. The recipe says what it held.'

/** An entry as it is listed; without what cannot be read, and then with the reason. */
function listed({ recipe: stored, ...row }: Noted, problem: string | null): PreviousExport {
  const { request = null, sent } = stored
  return {
    ...row,
    formatLabel:
      request && (WRITERS.find((one) => one.id === request.format)?.label ?? request.format),
    bytes: sent?.bytes ?? null,
    sha256: sent?.sha256 ?? null,
    request,
    hasRecipe: stored.recipe !== undefined,
    problem: problem ?? (request ? null : UNKNOWN_REQUEST),
  }
}

/** Returns the study's exports, newest first; one that cannot be read or made again says why. */
export function listExports(db: Db, studyId: string): PreviousExport[] {
  getStudy(db, studyId)
  const query = db
    .select(NOTED)
    .from(subsets)
    .where(and(eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .orderBy(desc(createdAt))
    .limit(LISTED)
  const { rows, unreadable } = readableRows(() => query.all())
  return [
    // Subsets that no export made have no recipe.
    ...rows
      .filter((row) => row.recipe.request ?? row.recipe.recipe)
      .map((row) => listed(row, null)),
    ...unreadable.map(({ row, error }) => listed({ ...row, recipe: {} } as Noted, error.message)),
  ].toSorted((a, b) => b.createdAt - a.createdAt)
}

/** Returns the recipe of an export as YAML, with the hash of the file that was sent. Throws `not_found`. */
export function exportRecipe(
  db: Db,
  studyId: string,
  exportId: string,
): { fileName: string; text: string } {
  const row = db
    .select(NOTED)
    .from(subsets)
    .where(and(eq(subsets.id, exportId), eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .get()
  const stored = row?.recipe
  if (!row || !stored?.recipe)
    throw new AppError('not_found', 'There is no such export in this study.')
  const written = stored.sent
    ? { name: stored.file, bytes: stored.sent.bytes, sha256: stored.sent.sha256 }
    : { name: stored.file, complete: false }
  // Recipes noted before the date was kept apart from them hold it themselves.
  const created = stored.recipe.created ?? new Date(row.createdAt).toISOString()
  const output_dir = outputFolder(row.name, stored.recipe)
  const text = stringify({ ...stored.recipe, created, output_dir, file: written }, { lineWidth: 0 })
  return { fileName: `${row.name}.recipe.yaml`, text }
}
