import fs from 'node:fs/promises'
import path from 'node:path'
import { and, eq, isNull } from 'drizzle-orm'
import { cells, rows as storedRows } from '@/db/schema'
import type { Opening } from '@/lib/contracts/opening'
import { AppError, errorMessage } from '@/lib/errors'
import { openingOptions, openRows } from '@/lib/formats/containers/open-rows'
import { FormatError } from '@/lib/formats/format-error'
import { inspectSource } from '@/lib/formats/read'
import type { RawRow } from '@/lib/formats/types'
import { ownEntries } from '@/lib/services/claims/own'
import type { FileTasks } from '@/lib/services/files/tasks'
import { previewUpload } from '@/lib/services/imports'
import { importFile } from '@/lib/services/imports/file'
import { openUpload, removeUpload, saveUpload } from '@/lib/services/imports/uploads'
import { parseRuleFile } from '@/lib/services/subsets/rule-file'
import { bytesSource } from '../formats/made'
import type { TestStudy } from '../imports'
import { comparedArchive, comparedRows, type Verdict } from './independent'
import type { Reader, Subject } from './subjects'

/** Longest that a small file may take, whatever is in it. */
const MOST_MS = 5_000
/** What `filesApart` says of a reader that broke down or did not come to an end. */
const STOPPED = /so it was stopped; nothing was imported/

/** What became of one file. */
export interface Tried {
  /** "imported", "asked", "refused: <code>", ... */
  outcome: string
  /** Differences from another parser that are meant. */
  rule: string | null
  fault: string | null
}

/** Where files are tried: a study, and who reads them. */
export interface FuzzWorld {
  study: TestStudy
  files: FileTasks
}

type Part = Pick<Tried, 'outcome'> & Partial<Tried>

function verdictPart(outcome: string, verdict: Verdict): Part {
  return 'fault' in verdict ? { outcome, fault: verdict.fault } : { outcome, rule: verdict.rule }
}

/** Returns the code under which a file of rows is refused. */
async function refusalCode(name: string, bytes: Buffer): Promise<string> {
  const { error, detection } = await inspectSource(bytesSource(name, bytes))
  const issue = detection.issues.find(({ severity }) => severity !== 'warn')
  return error?.reason ?? issue?.code ?? 'a later row'
}

async function otherVerdict(name: string, bytes: Buffer, opening: Opening): Promise<Verdict> {
  const { container, batches } = await openRows(bytesSource(name, bytes), openingOptions(opening))
  const rows: RawRow[] = []
  for await (const batch of batches) rows.push(...batch)
  return comparedRows(rows, container, bytes)
}

/** Counts what is stored of unpublished cells, and of all. */
async function storedCounts({ db, studyId }: TestStudy) {
  const staged = and(eq(cells.studyId, studyId), isNull(cells.publishedAt))
  return { staged: await db.$count(cells, staged), rows: await db.$count(storedRows) }
}

const rowsReader = async (
  { study, files }: FuzzWorld,
  name: string,
  bytes: Buffer,
  uploadId: string,
): Promise<Part> => {
  const look = (more: object = {}) =>
    previewUpload(study, study.studyId, { uploadId, ...more }, { files })
  let preview = await look()
  // What a click would put right is put right.
  const opening = preview.error?.repair?.opening
  if (opening) preview = await look({ opening })
  const { error, plan, rowCount } = preview
  if (error && STOPPED.test(error.message)) return { outcome: 'stopped', fault: error.message }
  if (plan.questions.length > 0) return { outcome: 'asked' }
  if (error && !error.canSkip) return { outcome: `refused: ${await refusalCode(name, bytes)}` }
  const before = await storedCounts(study)
  try {
    const done = await importFile(study, study.studyId, { ...plan, skipBadRows: error !== null })
    const after = await storedCounts(study)
    const outcome = error ? 'imported without broken rows' : 'imported'
    if (done.outcome === 'known') return { outcome: 'imported before' }
    if (after.staged > 0 || after.rows - before.rows !== done.rows || done.rows !== rowCount) {
      return {
        outcome,
        fault: `${after.rows - before.rows} rows stored, ${done.rows} told, ${rowCount} previewed`,
      }
    }
    return verdictPart(outcome, await otherVerdict(name, bytes, plan.opening))
  } catch (cause) {
    const after = await storedCounts(study)
    if (after.staged > 0 || after.rows !== before.rows)
      return { outcome: 'failed', fault: 'half an import' }
    throw cause
  }
}

async function archiveReader(
  { study, files }: FuzzWorld,
  name: string,
  bytes: Buffer,
  uploadId: string,
): Promise<Part> {
  const { uploadsDir } = study.config
  const upload = await openUpload(study.config, uploadId)
  const others = async () => (await fs.readdir(uploadsDir)).filter((one) => one !== uploadId)
  try {
    const { requests } = await files.expand({ uploadsDir, uploadId, path: upload.path, name })
    const unpacked = new Map<string, Buffer>()
    for (const request of requests) {
      const { fileName, path: file } = await openUpload(study.config, request.uploadId)
      unpacked.set(fileName, await fs.readFile(file))
    }
    for (const id of await others()) await removeUpload(study.config, id)
    return verdictPart('unpacked', comparedArchive(unpacked, bytes))
  } catch (error) {
    const left = [...(await others()), ...(await fs.readdir(path.dirname(upload.path)))]
    const isClean = left.every((one) => one === 'data' || one === 'upload.json')
    if (isClean) throw error
    return { outcome: 'failed', fault: `files of an archive stayed behind: ${left.join(', ')}` }
  }
}

const READERS: Record<
  Reader,
  (
    world: FuzzWorld,
    name: string,
    bytes: Buffer,
    uploadId: string,
    file: string,
  ) => Part | Promise<Part>
> = {
  rows: rowsReader,
  archive: archiveReader,
  async results({ files }, name, _bytes, _id, file) {
    const { results } = await files.results({ path: file, name, unit: null })
    const isEmpty = results.some(({ value, missing }) => (value === null) === (missing === null))
    const isWild = results.some(({ value }) => value !== null && !Number.isFinite(value))
    return {
      outcome: 'imported',
      fault: isEmpty || isWild ? 'a result is neither a number nor has a reason' : null,
    }
  },
  async benchmark({ files }, name, _bytes, _id, file) {
    await files.benchmark({ path: file, name })
    return { outcome: 'imported' }
  },
  rules(_world, _name, bytes) {
    parseRuleFile(bytes.toString('utf8'))
    return { outcome: 'imported' }
  },
  claims(_world, _name, bytes) {
    ownEntries(bytes.toString('utf8'))
    return { outcome: 'imported' }
  },
}

function refused(error: unknown): Part {
  const message = errorMessage(error)
  if (!(error instanceof AppError) || error.code === 'internal') {
    return {
      outcome: 'crashed',
      fault: error instanceof Error ? (error.stack ?? message) : message,
    }
  }
  if (STOPPED.test(message)) return { outcome: 'stopped', fault: message }
  const reason = error instanceof FormatError ? error.reason : error.details?.['reason']
  return { outcome: `refused: ${typeof reason === 'string' ? reason : error.code}` }
}

/** Returns what becomes of one file: read and imported as the product does, and compared with another parser where there is one. */
export async function tryFile(world: FuzzWorld, subject: Subject, bytes: Buffer): Promise<Tried> {
  const tried = await tryOnce(world, subject, bytes)
  // A busy machine makes any file slow: at fault is one that is slow again.
  return tried.fault !== null && (STOPPED.test(tried.fault) || SLOW.test(tried.fault))
    ? tryOnce(world, subject, bytes)
    : tried
}

const SLOW = /^it took /

async function tryOnce(world: FuzzWorld, { reader, name }: Subject, bytes: Buffer): Promise<Tried> {
  const { config } = world.study
  const began = performance.now()
  let part: Part
  let uploadId: string | null = null
  try {
    async function* body() {
      yield bytes
    }
    const upload = await saveUpload(config, name, body())
    uploadId = upload.uploadId
    const file = (await openUpload(config, uploadId)).path
    part = await READERS[reader](world, name, bytes, uploadId, file)
  } catch (error) {
    part = refused(error)
  }
  if (uploadId) await removeUpload(config, uploadId)
  const ms = performance.now() - began
  const slow = ms > MOST_MS ? `it took ${(ms / 1000).toFixed(1)} s` : null
  return { outcome: part.outcome, rule: part.rule ?? null, fault: part.fault ?? slow }
}
