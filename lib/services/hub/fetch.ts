import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { PRIVATE_FOLDER } from '@/db/private-files'
import type { HubRequest } from '@/lib/contracts/hub'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { AppError } from '@/lib/errors'
import { sha256File } from '@/lib/models/hashes'
import { downloadFromHub, matchesGitBlob } from '@/lib/models/hub'
import { registerPart } from '../imports/repository'
import { DiskSpace } from '../imports/space'
import { diskError, removeUpload, saveUpload, type UploadsPlace } from '../imports/uploads'
import { readTree, type Asker, type HubFile } from './tree'

/** How far a download has come. */
export interface FetchProgress {
  doneBytes: number
  totalBytes: number
  file: string
}

/** Returns what is the same for the same parts of the same commit, in the form of an upload's id. */
export function keyOf({ name, commit, parts }: HubRequest): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([name, commit, parts]))
    .digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

async function isSound(file: string, { sizeBytes, checksum }: HubFile, signal?: AbortSignal) {
  const info = await fs.stat(file).catch(() => null)
  if (info?.size !== sizeBytes) return false
  if (checksum.kind === 'git') return matchesGitBlob(file, checksum.hex)
  return (await sha256File(file, { signal })) === checksum.hex
}

/**
 * Fetches parts of a data set and returns the uploads that they became. A broken-off download goes on where it stopped; every file is held to the
 * size and checksum that the hub states. Throws `not_found` for a part that is not there, `data_error` for a file that is another.
 */
export async function fetchDataset(
  config: UploadsPlace,
  request: HubRequest,
  { env, signal, onProgress }: Asker & { onProgress(progress: FetchProgress): void },
): Promise<PreviewRequest[]> {
  const { name, commit } = request
  const { parts, files } = await readTree(name, commit, { env, signal })
  const wanted = request.parts.map(({ config: named, split }) => {
    const part = parts.find((one) => one.config === named && one.split === split)
    if (part && part.reason === null) return part
    throw new AppError(
      'not_found',
      `${name}: ${named} ${split}: ${part?.reason ?? 'there is no such part.'}`,
    )
  })
  const listed = wanted.flatMap((part) => part.files.map((file) => files.get(file) as HubFile))
  const totalBytes = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  // The same for the same parts, so that the next attempt goes on; named like an upload, so that it is forgotten like one.
  const folder = path.join(config.uploadsDir, keyOf(request))
  await fs.mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  new DiskSpace(config.uploadsDir, name).require(totalBytes)
  const uploads: PreviewRequest[] = []
  try {
    let before = 0
    for (const file of listed) {
      const target = path.join(folder, file.path)
      await fs.mkdir(path.dirname(target), { recursive: true })
      const told = (bytes: number) =>
        onProgress({ doneBytes: before + bytes, totalBytes, file: file.path })
      told(0)
      if (!(await isSound(target, file, signal))) {
        const source = { repo: `datasets/${name}`, revision: commit, path: file.path }
        await downloadFromHub(source, target, { ...(env ? { env } : {}), signal, onBytes: told })
        if (!(await isSound(target, file, signal))) {
          // A whole file that is another would be resumed for ever.
          await fs.rm(target, { force: true })
          const message = `${name}: ${file.path} is not what the hub says it is (size or checksum). Try again.`
          throw new AppError('data_error', message)
        }
      }
      before += file.sizeBytes
    }
    for (const part of wanted) {
      const register = (_: UploadsPlace, file: string) =>
        saveUpload(config, part.name, createReadStream(file), signal)
      uploads.push(await registerPart(config, folder, part, { register }))
    }
    await fs.rm(folder, { recursive: true, force: true })
    return uploads
  } catch (error) {
    for (const { uploadId } of uploads) await removeUpload(config, uploadId)
    throw diskError(error)
  }
}
