import { createHash, randomUUID, type Hash } from 'node:crypto'
import { and, eq, isNull, max } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { newestKnown, type Db } from '@/db/client'
import { benchmarkTexts, promptVersions, settings } from '@/db/schema'
import {
  BACKUP_VERSION,
  backupHeadSchema,
  backupManifestSchema,
  type BackupManifest,
  type OpenedBackup,
} from '@/lib/contracts/backup'
import { LIMITS } from '@/lib/contracts/limits'
import { cleanName } from '@/lib/contracts/plain-text'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { openZip, type ArchivedFile, type ZipArchive } from '@/lib/formats/containers/zip'
import { ownClaimsKey } from '../claims/own'
import type { ServiceContext } from '../context'
import { DiskSpace } from '../imports/space'
import { refuseBeyond } from '../row-limits'
import { studies } from '@/db/schema'
import { entryFormat, type Stored } from './entries'
import { checkSound } from './sound'
import { anyIdTaken, freshIds, StagedStudy } from './stage'
import { countOf, SHARED_TABLES, STUDY_TABLES, type BackupTable } from './tables'
import { MANIFEST, partFile, type BackupHooks } from './write'

/** Far above any study; the disk is asked as well. Deflate shrinks by 1,032 at most, which blocks without values come near. */
const ZIP_LIMITS = { maxUnpackedBytes: 256 * 1024 ** 3, maxEntries: 200, maxRatio: 1_100 }
/** The texts of a benchmark are the longest entry. */
const MAX_LINE = 128 * 1024 ** 2
const MAX_MANIFEST = 64 * 1024 ** 2
/** Entries in a transaction: other writers wait less than a tenth of a second, and texts are indexed in few pieces. */
const BATCH_ROWS = 4_000
const BATCH_BYTES = 4 * 1024 ** 2

function refuse(name: string, problem: string): AppError {
  return new AppError(
    'data_error',
    `${name}: ${problem} Nothing was stored. Make the backup again, or copy the file once more if it was damaged on the way.`,
  )
}

/** Yields the lines of a file; `hash` is given all of its bytes. */
async function* linesOf(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      rest.push(chunk.subarray(from, end))
      yield decoder.decode(rest.length === 1 ? rest[0] : Buffer.concat(rest))
      from = end + 1
      rest = []
      size = 0
    }
    rest.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > MAX_LINE) throw new Error('it has a line that is too long')
  }
  if (size > 0) throw new Error('its last line is not finished')
}

async function readManifest(zip: ZipArchive, name: string): Promise<BackupManifest> {
  const file = zip.files.find((one) => one.name === MANIFEST)
  const none = () => refuse(name, 'This is no backup of a study: its list of contents is missing.')
  if (!file || file.sizeBytes > MAX_MANIFEST) throw none()
  const chunks: Buffer[] = []
  for await (const chunk of zip.unpack(file)) chunks.push(chunk)
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw none()
  }
  const head = backupHeadSchema.safeParse(value)
  if (!head.success) throw none()
  const { version, schema, appVersion } = head.data
  if (version > BACKUP_VERSION || schema > newestKnown()) {
    throw new AppError(
      'data_error',
      `${name} was written by a newer version of Evolens (${cleanName(appVersion)}), which this one would read wrongly. Nothing was stored. Update this copy of Evolens.`,
    )
  }
  const parsed = backupManifestSchema.safeParse(value)
  if (!parsed.success) throw refuse(name, 'The list of contents of the backup is damaged.')
  return parsed.data
}

/** A file of the archive with the table that it fills. */
interface Part {
  one: BackupTable
  file: ArchivedFile
  listed: BackupManifest['parts'][number]
  columns: SQLiteColumn[]
}

/** Returns the files in the order in which they are stored; what this version does not know is refused. */
function partsOf(zip: ZipArchive, manifest: BackupManifest, name: string): Part[] {
  const known = [...STUDY_TABLES, ...SHARED_TABLES]
  const isOlder = manifest.schema < newestKnown()
  const listed = new Map(manifest.parts.map((part) => [part.table, part]))
  const names = new Set([MANIFEST, ...manifest.parts.map(({ table }) => partFile(table))])
  const isStrange = ({ table }: { table: string }) => !known.some((one) => one.name === table)
  if (
    listed.size !== manifest.parts.length ||
    manifest.parts.some(isStrange) ||
    zip.files.length !== names.size ||
    zip.files.some((file) => !names.has(file.name))
  )
    throw refuse(name, 'The files of the backup are not those that its list of contents names.')
  return known.flatMap((one) => {
    const part = listed.get(one.name)
    const file = zip.files.find((entry) => entry.name === partFile(one.name))
    // An older version did not have every table and column; what is needed has a value to begin with.
    if (!part && isOlder) return []
    const columns = part?.columns.flatMap(
      (column) => one.columns.find((mine) => mine.name === column) ?? [],
    )
    const isMissing = (column: SQLiteColumn) =>
      !columns?.includes(column) && !(isOlder && (!column.notNull || column.hasDefault))
    if (
      !part ||
      !file ||
      !columns ||
      new Set(columns).size !== part.columns.length ||
      one.columns.some(isMissing)
    )
      throw refuse(
        name,
        `The backup's table "${one.name}" does not have the columns that it needs.`,
      )
    return [{ one, file, listed: part, columns }]
  })
}

/** Gives a stored entry every column of its table; those that an older version did not have are as the schema begins them. */
function filled({ one, columns }: Part): (entry: Stored[]) => Stored[] {
  if (columns.length === one.columns.length && columns.every((c, k) => c === one.columns[k]))
    return (entry) => entry
  const places = one.columns.map((column) => columns.indexOf(column))
  const first = one.columns.map(({ default: value }) =>
    typeof value === 'boolean' ? Number(value) : ((value as Stored | undefined) ?? null),
  )
  return (entry) => places.map((at, k) => (at < 0 ? (first[k] as Stored) : (entry[at] as Stored)))
}

/** Reads a part line by line and gives its entries out in batches; throws `data_error` naming table and line. */
async function readPart(
  zip: ZipArchive,
  part: Part,
  name: string,
  take: (entries: Stored[][]) => void,
  { signal, onProgress }: BackupHooks,
): Promise<void> {
  const { one, file, listed, columns } = part
  const format = entryFormat(one.table, one.name, columns)
  const fill = filled(part)
  const hash = createHash('sha256')
  let [rows, bytes] = [0, 0]
  let batch: Stored[][] = []
  const flush = () => {
    throwIfAborted(signal)
    take(batch)
    onProgress?.(batch.length)
    batch = []
    bytes = 0
  }
  try {
    for await (const line of linesOf(zip.unpack(file), hash)) {
      rows += 1
      batch.push(fill(format.entry(line)))
      bytes += line.length
      if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) flush()
    }
    flush()
  } catch (error) {
    if (error instanceof AppError || signal?.aborted) throw error
    throw refuse(name, `Table "${one.name}", line ${rows}: ${errorMessage(error)}.`)
  }
  if (rows !== listed.rows || hash.digest('hex') !== listed.sha256)
    throw refuse(name, `Table "${one.name}" is not what the list of contents says of it.`)
}

/** Stores what studies share, unless it is here: nothing that is here is changed. */
function storeShared(db: Db, { one }: Part, entries: readonly Stored[][], studyId: string): void {
  const rows = entries.map((entry) =>
    Object.fromEntries(
      Object.entries(one.table)
        .filter(([, column]) => one.columns.includes(column as SQLiteColumn))
        .map(([field, column]) => {
          const value = entry[one.columns.indexOf(column as SQLiteColumn)]
          const { mapFromDriverValue } = column as SQLiteColumn
          return [field, value === null ? null : mapFromDriverValue.call(column, value)]
        }),
    ),
  )
  if (one.table === benchmarkTexts) {
    for (const row of rows as (typeof benchmarkTexts.$inferInsert)[])
      db.insert(benchmarkTexts).values(row).onConflictDoNothing().run()
  } else if (one.table === settings) {
    const key = ownClaimsKey(studyId)
    for (const row of (rows as (typeof settings.$inferInsert)[]).slice(0, 1))
      db.insert(settings)
        .values({ ...row, key })
        .onConflictDoNothing()
        .run()
  } else {
    for (const row of rows as (typeof promptVersions.$inferInsert)[]) storePrompt(db, row)
  }
}

function storePrompt(db: Db, row: typeof promptVersions.$inferInsert): void {
  const { promptId, version, hash } = promptVersions
  const ofPrompt = eq(promptId, row.promptId)
  const same = and(ofPrompt, eq(hash, row.hash), isNull(promptVersions.deletedAt))
  if (countOf(db, promptVersions, same) > 0) return
  const newest =
    db
      .select({ no: max(version) })
      .from(promptVersions)
      .where(ofPrompt)
      .get()?.no ?? 0
  const isTaken = countOf(db, promptVersions, and(ofPrompt, eq(version, row.version))) > 0
  const isKnown = countOf(db, promptVersions, eq(promptVersions.id, row.id)) > 0
  const values = {
    ...row,
    id: isKnown ? randomUUID() : row.id,
    version: isTaken ? newest + 1 : row.version,
  }
  db.insert(promptVersions)
    .values({ ...values, deletedAt: null })
    .run()
}

/** A file to open, under the name that messages call it by. */
export interface BackupFile {
  path: string
  name: string
  sizeBytes: number
}

/**
 * Makes a study of a backup and returns what it is. Everything is checked while it is stored out of sight, and one small
 * transaction shows it at the end; whatever fails before leaves nothing. A study that is here already is opened as a
 * second one. Throws FormatError or `data_error` for a file that is not sound or that a newer version wrote.
 */
export async function openBackup(
  { db, config }: ServiceContext,
  { path, name, sizeBytes }: BackupFile,
  hooks: BackupHooks & { onTotal?(rows: number): void },
): Promise<OpenedBackup> {
  refuseBeyond(db, studies, LIMITS.studies, 'studies')
  const zip = await openZip(path, name, ZIP_LIMITS)
  let staged: StagedStudy | null = null
  try {
    const manifest = await readManifest(zip, name)
    const parts = partsOf(zip, manifest, name)
    const unpacked = zip.files.reduce((sum, file) => sum + file.sizeBytes, 0)
    new DiskSpace(config.dataDir, name).require(Math.max(unpacked, sizeBytes))
    const rows = manifest.parts.reduce((sum, part) => sum + part.rows, 0)
    hooks.onTotal?.(rows)
    const ids = new Set(manifest.ids)
    if (ids.size !== manifest.ids.length || !ids.has(manifest.study.id))
      throw refuse(name, 'The list of contents of the backup is damaged.')
    const isCopy = anyIdTaken(db, [manifest.study.id])
    const isTaken = isCopy || anyIdTaken(db, manifest.ids)
    staged = new StagedStudy(db, isTaken ? freshIds(manifest.ids) : new Map())
    const target = staged
    const shared: [Part, Stored[][]][] = []
    for (const part of parts) {
      const { one, columns } = part
      const idAt = STUDY_TABLES.includes(one) ? one.columns.findIndex((c) => c.name === 'id') : -1
      const take = (entries: Stored[][]) => {
        if (idAt >= 0 && entries.some((entry) => !ids.has(entry[idAt] as string)))
          throw new Error('an id is not in the list of contents')
        if (SHARED_TABLES.includes(one)) shared.push([part, entries])
        else target.store(one, entries)
      }
      await readPart(zip, { ...part, columns }, name, take, hooks)
    }
    checkSound(db, target.studyId)
    throwIfAborted(hooks.signal)
    const own = cleanName(manifest.study.name).slice(0, LIMITS.studyName) || 'Study'
    const suffix = ' (copy)'
    const shown = isCopy ? `${own.slice(0, LIMITS.studyName - suffix.length)}${suffix}` : own
    target.publish(shown, () => {
      for (const [part, entries] of shared) storeShared(db, part, entries, target.studyId)
    })
    const notes = isCopy
      ? ['The study is here already, so the backup was opened as a copy with ids of its own.']
      : []
    return { studyId: target.studyId, name: shown, rows, isCopy, notes }
  } catch (error) {
    staged?.discard()
    throw error
  } finally {
    zip.close()
  }
}
