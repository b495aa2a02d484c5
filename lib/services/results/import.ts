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
import { joinsOf, type Contradiction, type Part } from './joins'
import { listResults, storedParts } from '.'

// Beside results an evaluation's folder holds settings, logs and code.
const RESULT_FILE = /\.(?:json|jsonl|ndjson|csv|tsv|md|txt|eval)$/i
const PASTED_NAME = 'pasted table.csv'

function cleanPath(name: string): string {
  const parts = name.split(/[\\/]/).map((part) => cleanName(part))
  return parts.filter((part) => !['', '.', '..'].includes(part)).join('/')
}

/** What was read of one file. */
interface ReadFile {
  name: string
  format: string
  sha256: string
  sizeBytes: number
  results: ReadResult[]
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
      outcome.notes.push(`${name}: left out, it is no JSON, JSON lines, table or .eval log.`)
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

interface NewPart extends Part {
  /** The file that it is read from; of a stored number there is none. */
  isNew: boolean
}

const isItems = ({ file }: Part) => file.format === 'lm-eval-samples'
const numberText = ({ facts: { written, n } }: Part) =>
  n === null ? written : `${written} over ${n}`

function contradictionText({ part, other, others }: Contradiction<NewPart>, file: string): string {
  const { metric } = part.facts
  if (others.length > 0) {
    const names = [other, ...others].map((one) => one.file.name).join(' and ')
    return `${file}, ${metric}: expected items of one evaluation, found ${names}, which they could all belong to. Nothing of this file was imported; import it with the folder that it lies in.`
  }
  const [expected, found] = part.file.name === file ? [other, part] : [part, other]
  const way = expected.isNew
    ? 'keep the lines of one evaluation in it'
    : 'keep the lines of one evaluation in it, or remove the other file from the study first'
  return `${file}, ${metric}: expected the number that items and results of one evaluation share, ${numberText(expected)} in ${expected.file.name}, found ${numberText(found)}. Nothing of this file was imported; ${way}.`
}

/** Joins what the files and those of the study say of one number; takes out files that contradict another one. */
function joinFiles(outcome: Outcome, stored: readonly Part[]): void {
  const { files, failed, notes } = outcome
  const before = stored.map((part) => ({ ...part, isNew: false }))
  const partsNow = (): NewPart[] => [
    ...before,
    ...files.flatMap((file) => file.results.map((facts) => ({ file, facts, isNew: true }))),
  ]
  const refused = new Map<Part['file'], string>()
  for (const one of joinsOf(partsNow()).contradictions) {
    const { file, isNew } = one.part.isNew ? one.part : one.other
    // Of two stored files one was removed when the other came, and restored since.
    if (isNew && !refused.has(file)) refused.set(file, contradictionText(one, file.name))
  }
  failed.push(...refused.values())
  for (const file of files) if (refused.has(file)) file.results = []
  const joined = [...joinsOf(partsNow()).numberOf]
  for (const file of files) {
    const own = joined.filter(([part]) => part.file === file)
    for (const [{ facts }, number] of own) facts.model ??= number.facts.model
    const [first] = own
    if (first && !isItems(first[0])) {
      notes.push(
        `${file.name}: ${own.length} of ${file.results.length} numbers are in the results folder with all their digits and were read there.`,
      )
    } else if (first && !first[1].isNew) {
      notes.push(`${file.name}: its items belong to ${first[1].file.name}, which is in the study.`)
    }
    const others = joined.filter(([part, number]) => !part.isNew && number.file === file)
    const names = [...new Set(others.map(([part]) => part.file.name))].join(', ')
    if (names !== '') notes.push(`${file.name}: ${names} in the study belongs to its numbers.`)
  }
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
        const { items } = result
        if (!items) continue
        db.insert(resultItems).values({ resultNo: no, fileId, count: items.length, items }).run()
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
    joinFiles(outcome, storedParts(ctx.db, studyId))
    nameModels(outcome, request.model)
    const { failed, notes } = outcome
    const kept = outcome.files.filter((file) => file.results.length > 0)
    if (kept.length === 0 && failed.length > 0) throw new AppError('data_error', failed.join('\n'))
    const ids = store(ctx.db, studyId, kept)
    const stored = listResults(ctx.db, studyId).files.filter(({ id }) => ids.includes(id))
    return { files: stored, notes, failed }
  } finally {
    for (const { uploadId } of request.uploads) await removeUpload(ctx.config, uploadId)
  }
}
