import { randomUUID } from 'node:crypto'
import { and, eq, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { resultFiles, resultItems, results } from '@/db/schema'
import { cleanName } from '@/lib/contracts/plain-text'
import {
  importResultsSchema,
  resultFactsSchema,
  type ImportedResults,
  type ImportResults,
} from '@/lib/contracts/results'
import { AppError } from '@/lib/errors'
import { tableOfCounts } from '@/lib/formats/results/win-tie-lose'
import type { ReadResult } from '@/lib/formats/results/types'
import type { ServiceContext } from '../context'
import type { FileTasks } from '../files/tasks'
import { openUpload, removeUpload, saveUpload } from '../imports/uploads'
import { getStudy } from '../studies'
import { combineFiles, type ReadFile } from './combine'
import { listResults } from '.'

// Beside results an evaluation's folder holds settings, logs and code.
const RESULT_FILE = /\.(?:json|jsonl|ndjson|csv|tsv|md|txt)$/i
const PASTED_NAME = 'pasted table.csv'

function cleanPath(name: string): string {
  const parts = name.split(/[\\/]/).map((part) => cleanName(part))
  return parts.filter((part) => !['', '.', '..'].includes(part)).join('/')
}

interface Outcome {
  files: ReadFile[]
  notes: string[]
  failed: string[]
}

function knownHashes(db: Db, studyId: string): Set<string> {
  const rows = db
    .select({ sha256: resultFiles.sha256 })
    .from(resultFiles)
    .where(and(eq(resultFiles.studyId, studyId), isNull(resultFiles.deletedAt)))
    .all()
  return new Set(rows.map(({ sha256 }) => sha256))
}

async function readAll(
  ctx: ServiceContext,
  studyId: string,
  request: ReturnType<typeof importResultsSchema.parse>,
  files: FileTasks,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const outcome: Outcome = { files: [], notes: [], failed: [] }
  const known = knownHashes(ctx.db, studyId)
  const isFolder = request.uploads.length > 1
  for (const { uploadId, relativePath } of request.uploads) {
    const upload = await openUpload(ctx.config, uploadId)
    const name = cleanPath(relativePath ?? upload.fileName) || upload.fileName
    if (isFolder && !RESULT_FILE.test(name)) {
      outcome.notes.push(`${name}: left out, it is no JSON, JSON lines or table.`)
    } else if (known.has(upload.sha256)) {
      outcome.notes.push(`${name}: left out, this file is in the study already.`)
    } else {
      try {
        const task = { path: upload.path, name, unit: request.unit ?? null }
        const read = await files.results(task, signal)
        const { sha256, sizeBytes } = upload
        outcome.files.push({ name, sha256, sizeBytes, ...read })
        known.add(sha256)
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'cancelled') throw error
        if (isFolder && error.details?.['reason'] === 'no_reader') {
          outcome.notes.push(`${name}: left out, it is no result file that is known.`)
        } else outcome.failed.push(error.message)
      }
    }
  }
  return outcome
}

/** Takes out files with numbers of a model that nobody names. */
function nameModels(outcome: Outcome, model: string | undefined): void {
  for (const file of outcome.files) {
    for (const result of file.results) result.model ??= model ?? null
    if (file.results.every((result) => result.model !== null)) continue
    outcome.failed.push(
      `${file.name}: expected the name of the evaluated model, found none: files of this kind do not hold it. Give it (--model, or "Model" in the dialog), or import the folder of the evaluation.`,
    )
    file.results = []
  }
}

/** Checks what goes into the database: names of a file may be longer than any list can show. */
function factsOf(file: ReadFile, facts: ReadResult) {
  const parsed = resultFactsSchema.safeParse(facts)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError(
    'data_error',
    `${file.name}, ${facts.place}, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it does not fit'}. Nothing was imported.`,
  )
}

function store(db: Db, studyId: string, files: readonly ReadFile[]): string[] {
  return inTransaction(db, () => {
    const ids = new Map(files.map((file) => [file, randomUUID()]))
    const now = Date.now()
    for (const [{ name, format, sha256, sizeBytes }, id] of ids) {
      db.insert(resultFiles)
        .values({ id, studyId, name, format, sha256, sizeBytes, createdAt: now })
        .run()
    }
    for (const file of files) {
      const fileId = ids.get(file) as string
      for (const result of file.results) {
        const facts = factsOf(file, result)
        const { no } = db
          .insert(results)
          .values({ fileId, facts })
          .returning({ no: results.no })
          .get()
        const { items, itemsOf } = result
        if (!items) continue
        const from = itemsOf === undefined ? fileId : (ids.get(itemsOf) as string)
        db.insert(resultItems)
          .values({ resultNo: no, fileId: from, count: items.length, items })
          .run()
      }
    }
    return [...ids.values()]
  })
}

/**
 * Imports result files and a pasted table, and returns the files that are in the study now, what was left out, and the
 * errors of those that could not be read. Throws `data_error` when there is nothing to import; uploads are used up.
 */
export async function importResults(
  ctx: ServiceContext,
  studyId: string,
  given: ImportResults,
  files: FileTasks,
  signal?: AbortSignal,
): Promise<ImportedResults> {
  getStudy(ctx.db, studyId)
  const request = importResultsSchema.parse(given)
  if (request.pasted !== undefined) {
    const { uploadId } = await saveUpload(ctx.config, PASTED_NAME, [
      Buffer.from(tableOfCounts(request.pasted) ?? request.pasted),
    ] as unknown as AsyncIterable<Uint8Array>)
    request.uploads.push({ uploadId })
  }
  if (request.uploads.length === 0) {
    throw new AppError('invalid_input', 'Name at least one result file, or paste a table.')
  }
  try {
    const outcome = await readAll(ctx, studyId, request, files, signal)
    combineFiles(outcome.files, outcome.failed, outcome.notes)
    nameModels(outcome, request.model)
    const { failed, notes } = outcome
    const used = new Set(outcome.files.flatMap(({ results: list }) => list.map((r) => r.itemsOf)))
    const kept = outcome.files.filter((file) => file.results.length > 0 || used.has(file))
    if (kept.length === 0 && failed.length > 0) throw new AppError('data_error', failed.join('\n'))
    const ids = store(ctx.db, studyId, kept)
    const stored = listResults(ctx.db, studyId).files.filter(({ id }) => ids.includes(id))
    return { files: stored, notes, failed }
  } finally {
    for (const { uploadId } of request.uploads) await removeUpload(ctx.config, uploadId)
  }
}
