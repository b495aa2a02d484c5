import fs from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '@/lib/config'
import { AppError } from '@/lib/errors'
import { readDatasetInfo } from '@/lib/formats/llama-factory/dataset-info'
import type { PreviewRequest } from './imports-preview'
import { registerFile, type Upload } from './uploads'

/** Names of files that may hold rows. */
export const DATA_FILE = /\.(json|jsonl|ndjson|csv|tsv)(\.gz)?$/i
/** A folder of a LLaMA-Factory data set names its files here. */
export const DATASET_INFO = 'dataset_info.json'

/** The files of a folder, ready for `previewImport`, and what was left out and why. */
export interface FolderContents {
  requests: PreviewRequest[]
  notes: string[]
}

/** Makes a file of this machine an upload. */
type Register = (config: Config, file: string) => Promise<Upload>

async function bundle(config: Config, folder: string, register: Register): Promise<FolderContents> {
  const requests: PreviewRequest[] = []
  const notes: string[] = []
  for (const entry of await readDatasetInfo(folder)) {
    if (entry.reason !== null) notes.push(`${entry.name}: ${entry.reason}`)
    for (const file of entry.files) {
      const { uploadId } = await register(config, file)
      requests.push({
        uploadId,
        relativePath: path.basename(file),
        format: entry.formatId ?? undefined,
        mapping: entry.mapping ?? undefined,
      })
    }
  }
  return { requests, notes }
}

/**
 * Returns the data files of a folder of this machine. A LLaMA-Factory folder gives the files that its dataset_info.json
 * lists, with their columns; any other folder all its data files, subfolders included. For the command line only: never
 * give it a path that came over HTTP. `register` makes a file an upload (default: where it lies), `label` names the folder
 * in messages. Throws `not_found` when there is nothing to import.
 */
export async function registerFolder(
  config: Config,
  folder: string,
  options: { register?: Register; label?: string } = {},
): Promise<FolderContents> {
  const { register = registerFile, label = `The folder ${folder}` } = options
  const names = await fs.readdir(folder, { recursive: true }).catch(() => null)
  if (!names) throw new AppError('not_found', `There is no folder ${folder}.`)
  let contents: FolderContents = { requests: [], notes: [] }
  if (names.includes(DATASET_INFO)) contents = await bundle(config, folder, register)
  else {
    for (const relativePath of names.filter((name) => DATA_FILE.test(name)).toSorted()) {
      const { uploadId } = await register(
        config,
        path.join(/*turbopackIgnore: true*/ folder, relativePath),
      )
      contents.requests.push({ uploadId, relativePath })
    }
  }
  if (contents.requests.length > 0) return contents
  const why = contents.notes.length > 0 ? ` ${contents.notes.join(' ')}` : ''
  throw new AppError('not_found', `${label} holds no file that can be imported.${why}`)
}
