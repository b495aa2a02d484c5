import { randomUUID } from 'node:crypto'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { stringify } from 'yaml'
import type { Db } from '@/db/client'
import { subsets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import type { ExportRequest, PreviousExport } from '@/lib/contracts/export'
import { outputFolder } from '@/lib/formats/llama-factory/output-folder'
import { WRITERS } from '@/lib/formats/writers'
import { planExport } from './plan'
import { makeRecipe } from './recipe'
import { noteExport, storedExport } from './stored'
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
  const { mediaType: contentType } = plan.writer
  const exportId = randomUUID()
  const stored = noteExport(db, plan, { id: exportId, rows, recipe, sent: null })
  const body = toStream(pieces, (sent) => {
    if (sent)
      db.update(subsets)
        .set({ recipe: { ...stored, sent } })
        .where(eq(subsets.id, exportId))
        .run()
  })
  return { exportId, fileName: stored.file, contentType, body }
}

const { id, name, recipe, rowCount, createdAt } = subsets
// What exports are listed and told by; the rest of the entry is in the recipe too.
const NOTED = { id, name, recipe, rowCount, createdAt }
type Noted = Omit<typeof subsets.$inferSelect, 'studyId' | 'state' | 'deletedAt'>

// The recipe of an export is kept as plain text, so it outlives what this version can make again.
const UNKNOWN_REQUEST =
  'This version of Evolens cannot make this export again: it was requested in a form that is not known here. The recipe says what it held.'

/** An entry as it is listed; without what cannot be read, and then with the reason. */
function listed(
  { recipe: stored, ...row }: Noted,
  hasFile: boolean,
  problem: string | null,
): PreviousExport {
  const { request = null, sent } = stored
  return {
    ...row,
    formatLabel:
      request && (WRITERS.find((one) => one.id === request.format)?.label ?? request.format),
    bytes: sent?.bytes ?? null,
    sha256: sent?.sha256 ?? null,
    request,
    hasFile,
    hasRecipe: stored.recipe !== undefined,
    problem: problem ?? (request ? null : UNKNOWN_REQUEST),
  }
}

/**
 * Returns the study's exports, newest first; one that cannot be read or made again says why. `hasFile` tells which files were written by a
 * job and are still there.
 */
export function listExports(
  db: Db,
  studyId: string,
  hasFile: (exportId: string) => boolean = () => false,
): PreviousExport[] {
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
      .map((row) => listed(row, hasFile(row.id), null)),
    ...unreadable.map(({ row, error }) =>
      listed({ ...row, recipe: {} } as Noted, false, error.message),
    ),
  ].toSorted((a, b) => b.createdAt - a.createdAt)
}

/** Returns the recipe of an export as YAML, with the hash of the file that was sent. Throws `not_found`. */
export function exportRecipe(
  db: Db,
  studyId: string,
  exportId: string,
): { fileName: string; text: string } {
  const { stored, ...row } = storedExport(db, studyId, exportId)
  const written = stored.sent
    ? { name: stored.file, bytes: stored.sent.bytes, sha256: stored.sent.sha256 }
    : { name: stored.file, complete: false }
  // Recipes noted before the date was kept apart from them hold it themselves.
  const created = stored.recipe.created ?? new Date(row.createdAt).toISOString()
  const output_dir = outputFolder(row.name, stored.recipe)
  const text = stringify({ ...stored.recipe, created, output_dir, file: written }, { lineWidth: 0 })
  return { fileName: `${row.name}.recipe.yaml`, text }
}
