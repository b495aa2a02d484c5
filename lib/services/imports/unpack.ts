import { createReadStream, createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@/lib/errors'
import { SHEET_ADVICE, workbookNotes, workbookOf } from '@/lib/formats/containers/spreadsheet'
import { openZip, type ArchivedFile, type ZipArchive } from '@/lib/formats/containers/zip'
import { RECIPE } from './bundle/recipe'
import { DATA_FILE, DATASET_INFO, registerFolder, type FolderContents } from './folder'
import { CARD, ticking } from './repository'
import { diskError, removeUpload, saveUpload } from './uploads'

/** As large as an upload may be. */
const LIMITS = { maxUnpackedBytes: 32 * 1024 ** 3 }

/** An archive to unpack, as plain data. */
export interface ExpandTask {
  uploadsDir: string
  uploadId: string
  path: string
  name: string
}

/** What file managers put beside the data. */
function isJunk(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
}

function isWanted({ name }: ArchivedFile): boolean {
  const base = path.posix.basename(name)
  const isAbout = base === DATASET_INFO || base === CARD || base === RECIPE
  return !isJunk(name) && (DATA_FILE.test(name) || isAbout)
}

async function unpack(
  zip: ZipArchive,
  files: readonly ArchivedFile[],
  folder: string,
  tick: () => void,
) {
  for (const file of files) {
    const target = path.join(/*turbopackIgnore: true*/ folder, file.name)
    await fs.mkdir(path.dirname(target), { recursive: true })
    await pipeline(ticking(zip.unpack(file), tick), createWriteStream(target))
  }
}

/** The card of a folder in which all the data lies. */
function cardAbove(files: readonly ArchivedFile[], card: ArchivedFile | undefined) {
  const root = card?.name.slice(0, -CARD.length) ?? ''
  return files.every(({ name }) => name.startsWith(root)) ? card : undefined
}

/** A bundle's list of data sets, or the card of the only data set, may lie in a folder of the archive. */
function rootOf(files: readonly ArchivedFile[], folder: string): string {
  const named = (base: string) => files.filter(({ name }) => path.posix.basename(name) === base)
  const cards = named(CARD)
  const info =
    named(DATASET_INFO)[0] ?? (cards.length === 1 ? cardAbove(files, cards[0]) : undefined)
  return info ? path.join(/*turbopackIgnore: true*/ folder, path.posix.dirname(info.name)) : folder
}

/**
 * Unpacks an archive and returns the uploads that its data files became: those that its dataset_info.json lists, or all.
 * Throws FormatError or `data_error` before anything is written where its directory is not sound; whatever fails later
 * leaves nothing behind. `tick` is called while it works.
 */
export async function expandArchive(task: ExpandTask, tick: () => void): Promise<FolderContents> {
  const zip = await openZip(task.path, task.name, LIMITS)
  const folder = path.join(task.uploadsDir, task.uploadId, 'unpacked')
  const made: string[] = []
  try {
    const names = zip.files.map(({ name }) => name)
    const files = zip.files.filter(isWanted)
    const workbook = workbookOf(names)
    if (workbook) {
      const message = `${task.name}: this is an ${workbook} workbook, which is not read. Expected ${SHEET_ADVICE}.`
      throw new AppError('data_error', message)
    }
    if (!files.some(({ name }) => ![CARD, RECIPE].includes(path.posix.basename(name)))) {
      const message =
        `${task.name}: the archive holds no JSON, JSONL, CSV or Parquet file. ${workbookNotes(names).join(' ')}`.trimEnd()
      throw new AppError('data_error', message)
    }
    await unpack(zip, files, folder, tick)
    // Each file becomes an upload of its own, so that it lives and goes like any other.
    const register = async (_: unknown, file: string) => {
      tick()
      const upload = await saveUpload(task, path.basename(file), createReadStream(file))
      made.push(upload.uploadId)
      return upload
    }
    const root = rootOf(files, folder)
    const name = path.basename(root === folder ? task.name.replace(/\.zip$/i, '') : root)
    const contents = await registerFolder(task, root, { register, label: task.name, name, tick })
    contents.notes.push(...workbookNotes(names))
    return contents
  } catch (error) {
    for (const uploadId of made) await removeUpload(task, uploadId)
    throw diskError(error)
  } finally {
    zip.close()
    await fs.rm(folder, { recursive: true, force: true })
  }
}
