import { createReadStream, createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@/lib/errors'
import { isZip, listZip, unpackZip, type ArchivedFile } from '@/lib/formats/containers/zip'
import type { ServiceContext } from './context'
import type { PreviewRequest } from './imports-preview'
import { DATA_FILE, DATASET_INFO, registerFolder, type FolderContents } from './imports-folder'
import { diskError, openUpload, removeUpload, saveUpload, type OpenUpload } from './uploads'

/** As large as an upload may be. */
const LIMITS = { maxUnpackedBytes: 32 * 1024 ** 3 }

/** What file managers put beside the data. */
function isJunk(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
}

function isWanted({ name }: ArchivedFile): boolean {
  return !isJunk(name) && (DATA_FILE.test(name) || path.posix.basename(name) === DATASET_INFO)
}

async function unpack(upload: OpenUpload, files: readonly ArchivedFile[], folder: string) {
  for (const file of files) {
    const target = path.join(/*turbopackIgnore: true*/ folder, file.name)
    await fs.mkdir(path.dirname(target), { recursive: true })
    await pipeline(unpackZip(upload.path, upload.fileName, file), createWriteStream(target))
  }
}

/** A bundle's list of data sets may lie in a folder of the archive. */
function rootOf(files: readonly ArchivedFile[], folder: string): string {
  const info = files.find(({ name }) => path.posix.basename(name) === DATASET_INFO)
  return info ? path.join(/*turbopackIgnore: true*/ folder, path.posix.dirname(info.name)) : folder
}

async function expand(ctx: ServiceContext, upload: OpenUpload): Promise<FolderContents> {
  const files = (await listZip(upload.path, upload.fileName, LIMITS)).filter(isWanted)
  if (files.length === 0) {
    throw new AppError(
      'data_error',
      `${upload.fileName}: the archive holds no JSON, JSONL or CSV file.`,
    )
  }
  const folder = path.join(ctx.config.uploadsDir, upload.uploadId, 'unpacked')
  try {
    await unpack(upload, files, folder)
    // Each file becomes an upload of its own, so that it lives and goes like any other.
    const register = (_: unknown, file: string) =>
      saveUpload(ctx.config, path.basename(file), createReadStream(file))
    const options = { register, label: upload.fileName }
    const contents = await registerFolder(ctx.config, rootOf(files, folder), options)
    const sidecars = files.filter(({ name }) => name.endsWith('.meta.jsonl')).length
    if (sidecars > 0 && files.some(({ name }) => path.posix.basename(name) === DATASET_INFO)) {
      contents.notes.push(
        `${upload.fileName}: the rows are read; lineage and metric values in the sidecar (.meta.jsonl) are not.`,
      )
    }
    return contents
  } catch (error) {
    throw diskError(error)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/**
 * Returns the requests with every zip archive replaced by the data files in it: those that its dataset_info.json lists,
 * or all. `notes` say what was left out. An expanded archive is no upload any more. Throws FormatError or `data_error`
 * for an archive that cannot be read.
 */
export async function expandArchives(
  ctx: ServiceContext,
  requests: readonly PreviewRequest[],
): Promise<FolderContents> {
  const expanded: FolderContents = { requests: [], notes: [] }
  for (const request of requests) {
    const upload = await openUpload(ctx.config, request.uploadId)
    if (!(await isZip(upload.path))) {
      expanded.requests.push(request)
      continue
    }
    const { requests: inside, notes } = await expand(ctx, upload)
    expanded.requests.push(...inside)
    expanded.notes.push(...notes)
    await removeUpload(ctx.config, upload.uploadId)
  }
  return expanded
}
