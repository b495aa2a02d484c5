import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { newestKnown, openSnapshot, type Db } from '@/db/client'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '@/db/private-files'
import { BACKUP_VERSION, type BackupManifest, type WrittenBackup } from '@/lib/contracts/backup'
import { safeName } from '@/lib/contracts/export'
import { AppError, throwIfAborted } from '@/lib/errors'
import { zipStream, type ZipEntry } from '@/lib/formats/containers/write-zip'
import type { ServiceContext } from '../context'
import { APP_VERSION } from '../runs/definition'
import { getStudy } from '../studies'
import { entryFormat } from './entries'
import { countPart, readPart, SHARED_TABLES, STUDY_TABLES, type BackupTable } from './tables'

/** Long enough that compressing pays, short enough to keep nothing in memory. */
const CHUNK_CHARACTERS = 256 * 1024
/** Name of the list of contents in the archive. */
export const MANIFEST = 'manifest.json'
/** Returns the name of a table's file in the archive. */
export const partFile = (table: string) => `tables/${table}.jsonl`

/** How long work is followed and stopped. */
export interface BackupHooks {
  signal?: AbortSignal
  onProgress?(rows: number): void
}

/** Returns the files of a study's backup; the list of contents comes last, when all is counted. */
function filesOf(db: Db, studyId: string, { signal, onProgress }: BackupHooks): ZipEntry[] {
  const { id, name } = getStudy(db, studyId)
  const manifest: BackupManifest = {
    format: 'evolens-backup',
    version: BACKUP_VERSION,
    schema: newestKnown(),
    appVersion: APP_VERSION,
    createdAt: Date.now(),
    study: { id, name },
    ids: [],
    parts: [],
  }
  async function* lines(one: BackupTable) {
    const format = entryFormat(one.table, one.name, one.columns)
    const hash = createHash('sha256')
    const idAt = STUDY_TABLES.includes(one) ? one.columns.findIndex((c) => c.name === 'id') : -1
    let [rows, sent, chunk] = [0, 0, '']
    const flush = () => {
      const full = chunk
      hash.update(full)
      onProgress?.(rows - sent)
      sent = rows
      chunk = ''
      return full
    }
    for (const entry of readPart(db, one, studyId)) {
      if (idAt >= 0) manifest.ids.push(entry[idAt] as string)
      chunk += format.line(entry)
      rows += 1
      if (chunk.length < CHUNK_CHARACTERS) continue
      throwIfAborted(signal)
      yield flush()
    }
    yield flush()
    const columns = one.columns.map((column) => column.name)
    manifest.parts.push({ table: one.name, columns, rows, sha256: hash.digest('hex') })
  }
  function* list() {
    yield JSON.stringify(manifest)
  }
  return [
    ...[...STUDY_TABLES, ...SHARED_TABLES].map((one) => ({
      name: partFile(one.name),
      chunks: () => lines(one),
    })),
    { name: MANIFEST, chunks: list },
  ]
}

/** Returns how many entries a backup of the study holds. */
export function countEntries(db: Db, studyId: string): number {
  const parts = [...STUDY_TABLES, ...SHARED_TABLES]
  return parts.reduce((sum, one) => sum + countPart(db, one, studyId), 0)
}

/** Where backups wait to be downloaded. */
const backupsFolder = ({ dataDir }: { dataDir: string }) => path.join(dataDir, 'backups')

/** Where the backup of a job lies. Throws `not_found` for what is no id of ours. */
export function backupPath(config: { dataDir: string }, jobId: string): string {
  if (!/^[0-9a-f-]{36}$/.test(jobId)) throw new AppError('not_found', 'There is no such backup.')
  return path.join(backupsFolder(config), `${jobId}.zip`)
}

/**
 * Writes a study as one file and returns its name, size and hash. All of it is as it was at the beginning, whatever changes
 * meanwhile; a file that is not finished is removed.
 */
export async function writeBackup(
  { config }: ServiceContext,
  studyId: string,
  file: string,
  hooks: BackupHooks,
): Promise<Omit<WrittenBackup, 'rows'>> {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: PRIVATE_FOLDER })
  // A connection of its own, so that its snapshot is nobody else's.
  const db = openSnapshot(config.databasePath)
  const part = `${file}.part`
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    const { name } = getStudy(db, studyId)
    await pipeline(
      Readable.from(zipStream(filesOf(db, studyId, hooks))),
      measure,
      createWriteStream(part, { mode: PRIVATE_FILE }),
      hooks.signal ? { signal: hooks.signal } : {},
    )
    await fs.rename(part, file)
    return { fileName: `${safeName(name)}.evolens.zip`, bytes, sha256: hash.digest('hex') }
  } finally {
    db.$client.close()
    await fs.rm(part, { force: true })
  }
}

// As long as an upload that nobody imported.
const KEEP_MS = 7 * 24 * 3600 * 1000

/** Removes backups that were written more than a week ago; returns how many. */
export async function purgeBackups(config: { dataDir: string }, now = Date.now()): Promise<number> {
  let removed = 0
  for (const name of await fs.readdir(backupsFolder(config)).catch(() => [])) {
    const file = path.join(backupsFolder(config), name)
    const stat = await fs.stat(file).catch(() => null)
    if (!stat || now - stat.mtimeMs < KEEP_MS) continue
    await fs.rm(file, { force: true })
    removed += 1
  }
  return removed
}
