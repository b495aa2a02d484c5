import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { resultFiles, resultItems, results } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import {
  isAttainable,
  type MappedModel,
  type ResultFacts,
  type ResultFile,
  type ResultList,
  type StoredResult,
} from '@/lib/contracts/results'
import { RESULT_READERS } from '@/lib/formats/results'
import { markDeleted, markRestored } from '../deletion'
import { getStudy } from '../studies'
import { joinedFacts, joinsOf, type Part } from './joins'
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

/** A stored number with the file that it stands in. */
export interface StoredPart extends Part {
  no: number
  file: FileRow
  facts: ResultFacts
}

/** Returns every number of the study's result files as it is stored, in the order of the files. */
export function storedParts(db: Db, studyId: string): StoredPart[] {
  const files = new Map(liveFiles(db, studyId).map((file) => [file.id, file]))
  const query = db
    .select()
    .from(results)
    .where(inArray(results.fileId, [...files.keys()]))
    .orderBy(asc(results.no))
  const read = readableRows(() => query.all())
  // A number that is left out silently would change what a reader concludes.
  if (read.unreadable[0]) throw read.unreadable[0].error
  return read.rows.map(({ no, fileId, facts }) => ({
    no,
    file: files.get(fileId) as FileRow,
    facts,
  }))
}

/** Returns the study's result files, their numbers in the order of the files, and what their models were trained on. */
export function listResults(db: Db, studyId: string): ResultList {
  getStudy(db, studyId)
  const readers = new Map(RESULT_READERS.map((reader) => [reader.id, reader]))
  const files = liveFiles(db, studyId)
  const items = itemCounts(
    db,
    files.map(({ id }) => id),
  )
  const mapped = modelMapper(db, studyId)
  const parts = storedParts(db, studyId)
  const { numberOf } = joinsOf(parts)
  const joined = new Map<StoredPart, StoredPart[]>()
  // Items that came first have the name of their folder; what was said of that holds for the model.
  const otherNames = new Map<string, string>()
  for (const [part, number] of numberOf) {
    joined.set(number, [...(joined.get(number) ?? []), part])
    otherNames.set(number.facts.model, part.facts.model)
  }
  const models = new Map<string, MappedModel>()
  const counts = new Map<string, number>()
  const list = parts.flatMap((part): StoredResult[] => {
    if (numberOf.has(part)) return []
    const { no, file } = part
    const more = joined.get(part) ?? []
    const facts = more.reduce(joinedFacts, part.facts)
    const source = readers.get(file.format)?.family ?? file.format
    const names = [facts.model, otherNames.get(facts.model) ?? facts.model]
    const known = names.map((name) => mapped(source, name))
    const mapping =
      known.find(({ from }) => from !== 'none') ?? (known[0] as (typeof known)[number])
    const key = JSON.stringify([source, facts.model])
    const model = models.get(key) ?? { source, model: facts.model, ...mapping, results: 0 }
    models.set(key, { ...model, results: model.results + 1 })
    counts.set(file.id, (counts.get(file.id) ?? 0) + 1)
    const itemsOf = [no, ...more.map((one) => one.no)].find((one) => items.has(one)) ?? null
    return [
      {
        ...facts,
        no,
        fileId: file.id,
        fileName: file.name,
        source,
        mapping: mapping.mapping,
        attainable: isAttainable(facts),
        itemsOf,
        items: itemsOf === null ? 0 : (items.get(itemsOf) ?? 0),
      },
    ]
  })
  return {
    files: files.map(({ id, name, format, sha256, sizeBytes, createdAt }): ResultFile => ({
      id,
      name,
      format,
      formatLabel: readers.get(format)?.label ?? format,
      sha256,
      sizeBytes,
      createdAt,
      results: counts.get(id) ?? 0,
    })),
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
