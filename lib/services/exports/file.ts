import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { PRIVATE_FILE } from '@/db/private-files'
import type { Db } from '@/db/client'
import type { Config } from '@/lib/config'
import type { ExportRequest } from '@/lib/contracts/export'
import type { Job } from '@/lib/contracts/job'
import { AppError, throwIfAborted } from '@/lib/errors'
import { WRITERS, writerOf } from '@/lib/formats/writers'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
import { sentFile, type AskedStretch, type SentFile } from '../sent-file'
import { getStudy } from '../studies'
import { estimateBytes } from './check'
import { beginOrGoOn, exportStamp, noteCheckpoint, removePart } from './checkpoint'
import { jobOf, planExport, type ExportPlan } from './plan'
import { makeRecipe } from './recipe'
import { noteExport, storedExport } from './stored'
import { openCounter, tokenizerChoice, type CountingHooks } from './token-counts'
import { writeExport } from './write'

/** Files are made again from their request, so they need not stay longer than a download takes. */
const KEEP_DAYS = 7
const DAY_MS = 24 * 3600 * 1000

type FilesPlace = Pick<Config, 'dataDir'>

// Ids are random UUIDs of the server; nothing else names a file here.
const ID = /^[0-9a-f-]{36}$/

function pathOf({ dataDir }: FilesPlace, exportId: string): string {
  if (!ID.test(exportId)) throw new AppError('not_found', 'There is no such export.')
  return path.join(/*turbopackIgnore: true*/ dataDir, 'exports', exportId)
}

/** Queues a job that writes an export to a file, and returns it. Throws `not_found` for an unknown study. */
export function startExport(db: Db, request: ExportRequest): Job {
  const { studyId } = request
  getStudy(db, studyId)
  writerOf(request.format)
  return enqueue(db, { kind: 'export', payload: { studyId, request }, names: {}, studyId })
}

/** How an export is written to its file. */
interface FileHooks {
  exportId: string
  signal: AbortSignal
  /** Runs what is written to the database while the job is still this worker's. */
  commit(work: () => void): void
  /** `total` is an estimate; `note` says whether an attempt before was continued. */
  onBytes(done: number, total: number, note: string | null): void
  /** Called with the rows whose tokens are counted, where a tokenizer was chosen. */
  onRows(done: number, total: number): void
  openBackend: CountingHooks['openBackend']
}

/** Queues a job that counts the tokens of an export's rows by the tokenizer that it names. Throws `invalid_input` where it names none. */
export function startTokenCount(db: Db, request: ExportRequest): Job {
  const { studyId, format, options } = request
  getStudy(db, studyId)
  if (!tokenizerChoice(db, writerOf(format).options.parse(options)))
    throw new AppError(
      'invalid_input',
      'Name the tokenizer that counts in the options of the format.',
    )
  return enqueue(db, { kind: 'count-tokens', payload: { studyId, request }, names: {}, studyId })
}

/** Returns the plan of an export that counts the rows which are not counted yet, and what keeps the counts. */
async function countingPlan(
  db: Db,
  request: ExportRequest,
  hooks: Pick<FileHooks, 'signal' | 'commit' | 'onRows' | 'openBackend'>,
): Promise<{ plan: ExportPlan; save(): Promise<void> }> {
  const plan = await planExport(db, request, hooks.signal)
  const onRows = (done: number) => hooks.onRows(Math.min(done, plan.count), plan.count)
  const counting = await openCounter(db, plan.study.id, plan.options, { ...hooks, onRows })
  if (!counting) return { plan, save: async () => undefined }
  return { plan: { ...plan, counter: counting.counter }, save: counting.save }
}

/** Counts the tokens of an export's rows and returns how many rows there are and which tokenizer counted; the counts are kept for its check. */
export async function countTokens(
  db: Db,
  request: ExportRequest,
  hooks: Parameters<typeof countingPlan>[2],
): Promise<{ rows: number; tokenizer: string | null }> {
  const { plan, save } = await countingPlan(db, request, hooks)
  await plan.writer.prepare(jobOf(db, plan))
  await save()
  return { rows: plan.count, tokenizer: plan.counter?.name ?? null }
}

/** Bytes between two notes of how far a file is: about a tenth of a second of writing. */
const CHECKPOINT_BYTES = 4 << 20
/** Reasons for which a job stops and goes on later. */
const STAYS = new Set<unknown>(['pause', 'shutdown', 'lost'])

/**
 * Writes an export to its file and notes it among the study's exports. An attempt that was killed is continued after the rows that were noted, in
 * formats of rows; others begin anew, which gives the same bytes. Of a cancelled or failed one nothing stays.
 */
export async function writeExportFile(
  { db, config }: Pick<ServiceContext, 'db' | 'config'>,
  request: ExportRequest,
  { exportId, onBytes, ...hooks }: FileHooks,
): Promise<{ rows: number; bytes: number; note: string | null }> {
  const { signal, commit } = hooks
  const { plan, save } = await countingPlan(db, request, hooks)
  const recipe = makeRecipe(db, plan)
  const target = pathOf(config, exportId)
  const part = `${target}.part`
  const stamp = exportStamp(db, plan, recipe)
  await fs.mkdir(path.dirname(target), { recursive: true })
  const begun = await beginOrGoOn(part, stamp, plan.writer.goesOn ?? false)
  const { hash, note } = begun
  const { pieces, rows, wholeRows } = await writeExport(db, plan, recipe, begun.rows)
  await save()
  const total = await estimateBytes(plan, jobOf(db, plan))
  let { bytes } = begun
  let noted = bytes
  try {
    const file = await fs.open(/*turbopackIgnore: true*/ part, 'a', PRIVATE_FILE)
    try {
      for await (const piece of pieces) {
        throwIfAborted(signal)
        await file.writeFile(piece)
        hash.update(piece)
        bytes += piece.byteLength
        onBytes(bytes, Math.max(bytes, total), note)
        const whole = wholeRows()
        if (whole === null || whole >= plan.count || bytes - noted < CHECKPOINT_BYTES) continue
        await noteCheckpoint(part, { stamp, rows: whole, bytes })
        noted = bytes
      }
    } finally {
      await file.close()
    }
    if ((await fs.stat(part)).size !== bytes)
      throw new AppError('conflict', 'Another job wrote to the same file. Export it again.')
    await fs.rename(part, target)
  } catch (error) {
    // A job that was stopped with the program, or paused, goes on; what was cancelled or failed does not.
    if (!STAYS.has(signal.reason)) await removePart(part)
    throw error
  }
  await removePart(part)
  const sent = { bytes, sha256: hash.digest('hex') }
  commit(() => noteExport(db, plan, { id: exportId, rows, recipe, sent }))
  return { rows, bytes, note }
}

/** Returns whether the file of an export is still there. */
export function hasExportFile(config: FilesPlace, exportId: string): boolean {
  return ID.test(exportId) && existsSync(pathOf(config, exportId))
}

/**
 * Returns the file of an export, from where a broken download ended: `ifRange` is the ETag under which the beginning was sent. Throws
 * `not_found` where the file is gone.
 */
export async function openExportFile(
  { db, config }: Pick<ServiceContext, 'db' | 'config'>,
  { studyId, exportId }: { studyId: string; exportId: string },
  asked: AskedStretch,
): Promise<SentFile> {
  const { stored, name } = storedExport(db, studyId, exportId)
  const file = pathOf(config, exportId)
  const size = (await fs.stat(file).catch(() => null))?.size
  if (size === undefined || !stored.sent) {
    throw new AppError(
      'not_found',
      `The file of this export is not there: files are removed after ${KEEP_DAYS} days. Export it again; the same request gives the same bytes.`,
    )
  }
  const writer = WRITERS.find(({ id }) => id === stored.request?.format)
  const named = {
    fileName: stored.file ?? name,
    contentType: writer?.mediaType ?? 'application/octet-stream',
    etag: `"${stored.sent.sha256}"`,
  }
  return sentFile(file, size, named, asked)
}

/** Removes files of exports that are older than a week, and what was left half written for a day. Returns how many. */
export async function purgeExportFiles(config: FilesPlace, now = Date.now()): Promise<number> {
  const folder = path.join(config.dataDir, 'exports')
  let removed = 0
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const file = path.join(folder, name)
    const age = now - ((await fs.stat(file).catch(() => null))?.mtimeMs ?? now)
    if (age < (name.includes('.part') ? DAY_MS : KEEP_DAYS * DAY_MS)) continue
    await fs.rm(file, { force: true })
    removed += 1
  }
  return removed
}
