import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { resultFiles, resultItems, results } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import {
  isAttainable,
  type MappedModel,
  type ResultFile,
  type ResultList,
  type StoredResult,
} from '@/lib/contracts/results'
import { RESULT_READERS } from '@/lib/formats/results'
import { markDeleted, markRestored } from '../deletion'
import { getStudy } from '../studies'
import { modelMapper } from './models'

type FileRow = typeof resultFiles.$inferSelect

function liveFiles(db: Db, studyId: string): FileRow[] {
  return db
    .select()
    .from(resultFiles)
    .where(and(eq(resultFiles.studyId, studyId), isNull(resultFiles.deletedAt)))
    .orderBy(asc(resultFiles.createdAt), asc(resultFiles.name))
    .all()
}

/** Outcomes count while the file that they came from is there. */
function itemCounts(db: Db, fileIds: string[]): Map<number, number> {
  const rows = db
    .select({ no: resultItems.resultNo, count: resultItems.count })
    .from(resultItems)
    .where(inArray(resultItems.fileId, fileIds))
    .all()
  return new Map(rows.map(({ no, count }) => [no, count]))
}

/** Returns the study's result files, their numbers in the order of the files, and what their models were trained on. */
export function listResults(db: Db, studyId: string): ResultList {
  getStudy(db, studyId)
  const readers = new Map(RESULT_READERS.map((reader) => [reader.id, reader]))
  const files = new Map(liveFiles(db, studyId).map((file) => [file.id, file]))
  const ids = [...files.keys()]
  const items = itemCounts(db, ids)
  const mapped = modelMapper(db, studyId)
  const query = db
    .select()
    .from(results)
    .where(inArray(results.fileId, ids))
    .orderBy(asc(results.no))
  const read = readableRows(() => query.all())
  // A number that is left out silently would change what a reader concludes.
  if (read.unreadable[0]) throw read.unreadable[0].error
  const models = new Map<string, MappedModel>()
  const counts = new Map<string, number>()
  const list = read.rows.map(({ no, fileId, facts }): StoredResult => {
    const file = files.get(fileId) as FileRow
    const source = readers.get(file.format)?.family ?? file.format
    const mapping = mapped(source, facts.model)
    const key = JSON.stringify([source, facts.model])
    const known = models.get(key) ?? { source, model: facts.model, ...mapping, results: 0 }
    models.set(key, { ...known, results: known.results + 1 })
    counts.set(fileId, (counts.get(fileId) ?? 0) + 1)
    return {
      ...facts,
      no,
      fileId,
      fileName: file.name,
      source,
      mapping: mapping.mapping,
      attainable: isAttainable(facts),
      items: items.get(no) ?? 0,
    }
  })
  return {
    files: [...files.values()].map(
      ({ id, name, format, sha256, sizeBytes, createdAt }): ResultFile => ({
        id,
        name,
        format,
        formatLabel: readers.get(format)?.label ?? format,
        sha256,
        sizeBytes,
        createdAt,
        results: counts.get(id) ?? 0,
      }),
    ),
    models: [...models.values()],
    results: list,
  }
}

/** Removes a file with its numbers; it can be restored for seven days. Throws `not_found`. */
export function deleteResultFile(db: Db, studyId: string, fileId: string): void {
  markDeleted(db, resultFiles, studyId, fileId, 'result file')
}

/** Brings a removed file back. Throws `not_found`. */
export function restoreResultFile(db: Db, studyId: string, fileId: string): void {
  markRestored(db, resultFiles, studyId, fileId, 'result file')
}
