import { LIMITS } from '@/lib/contracts/limits'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/lib/errors'
import { workbookNotes } from '@/lib/formats/containers/spreadsheet'
import { contextOf } from '@/lib/formats/format-error'
import { readDatasetInfo, type DatasetEntry } from '@/lib/formats/llama-factory/dataset-info'
import type { DatasetPart } from '@/lib/formats/hub/splits'
import type { PreviewRequest, Upload } from '@/lib/contracts/uploads'
import { partLabel, registerPart, repositoryParts } from './repository'
import { restoreBundle, restorePart } from './bundle'
import { registerFile, removeUpload, type UploadsPlace } from './uploads'

/** Names of data sets that a note gives as examples. */
const SHOWN_NAMES = 3
/** Names of files that may hold rows. */
export const DATA_FILE = /\.(?:(?:json|jsonl|ndjson|csv|tsv)(?:\.(?:gz|zst))?|parquet)$/i
/** A folder of a LLaMA-Factory data set names its files here. */
export const DATASET_INFO = 'dataset_info.json'

/** The files of a folder, ready for `previewImport`, and what was left out and why. */
export interface FolderContents {
  requests: PreviewRequest[]
  notes: string[]
}

/** Makes a file of this machine an upload. */
type Register = (config: UploadsPlace, file: string) => Promise<Pick<Upload, 'uploadId'>>

/** The entries that nothing can be read from, by reason: a published list names dozens of data sets that are elsewhere. */
function leftOut(entries: readonly Pick<DatasetEntry, 'name' | 'reason'>[]): string[] {
  const byReason = new Map<string, string[]>()
  for (const { name, reason } of entries) {
    if (reason !== null) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  }
  return [...byReason].map(([reason, names]) => {
    const [first, ...rest] = names.map((name) => contextOf(name))
    if (rest.length === 0) return `${first}: ${reason}`
    const shown = [first, ...rest].slice(0, SHOWN_NAMES).join(', ')
    return `${names.length} data sets (${shown}${names.length > SHOWN_NAMES ? ', ...' : ''}): ${reason}`
  })
}

/** Returns what a data set repository leaves out, and what was joined. */
export function partNotes(parts: readonly DatasetPart[], fileCount: number): string[] {
  const joined = parts.filter(({ files, reason }) => reason === null && files.length > 1)
  const unnamed = fileCount - new Set(parts.flatMap(({ files }) => files)).size
  return [
    ...leftOut(parts.map((part) => ({ name: partLabel(part), reason: part.reason }))),
    ...joined.map(
      (part) => `${part.name}: ${part.files.length} files, joined in the order of their names.`,
    ),
    ...(unnamed > 0
      ? [`README.md names ${unnamed} of the data files in no split; they are left out.`]
      : []),
  ]
}

async function bundle(
  config: UploadsPlace,
  folder: string,
  label: string,
  register: Register,
): Promise<FolderContents> {
  const requests: PreviewRequest[] = []
  const notes: string[] = []
  const entries = await readDatasetInfo(folder)
  // Every listed file becomes an upload, also where many entries name the same one.
  checkCount(
    entries.reduce((sum, { files }) => sum + files.length, 0),
    label,
  )
  for (const entry of entries) {
    const restored = await restoreBundle(config, folder, entry)
    requests.push(...(restored?.requests ?? []))
    notes.push(...(restored?.notes ?? []))
    if (restored && restored.requests.length > 0) continue
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
  return { requests, notes: [...leftOut(entries), ...notes] }
}

function checkCount(count: number, where: string): void {
  if (count <= LIMITS.plans) return
  throw new AppError(
    'data_error',
    `${where}: ${count} data files. Import at most ${LIMITS.plans} at once; choose a part of them.`,
  )
}

/**
 * Returns the data files of a folder of this machine. A LLaMA-Factory folder gives the files that its dataset_info.json
 * lists, with their columns; a data set repository its parts as its card states them; any other folder all its data files, subfolders included. For the command line only: never
 * give it a path that came over HTTP. `register` makes a file an upload (default: where it lies), `label` names the folder
 * in messages. Throws `not_found` when there is nothing to import.
 */
export async function registerFolder(
  config: UploadsPlace,
  folder: string,
  options: { register?: Register; label?: string; name?: string; tick?: () => void } = {},
): Promise<FolderContents> {
  const { register = registerFile, label = `The folder ${folder}`, tick } = options
  const name = options.name ?? path.basename(path.resolve(folder))
  const names = await fs.readdir(folder, { recursive: true }).catch(() => null)
  if (!names) throw new AppError('not_found', `There is no folder ${folder}.`)
  let contents: FolderContents = { requests: [], notes: [] }
  const files = names.filter((name) => DATA_FILE.test(name)).toSorted()
  const parts = names.includes(DATASET_INFO) ? null : await repositoryParts(folder, name, files)
  if (names.includes(DATASET_INFO)) contents = await bundle(config, folder, label, register)
  else if (parts) {
    const readable = parts.filter(({ reason }) => reason === null)
    checkCount(readable.length, label)
    try {
      for (const part of readable) {
        const restored = await restorePart(config, folder, part)
        contents.requests.push(...(restored?.requests ?? []))
        contents.notes.push(...(restored?.notes ?? []))
        if (restored && restored.requests.length > 0) continue
        contents.requests.push(await registerPart(config, folder, part, { register, tick }))
      }
    } catch (error) {
      for (const { uploadId } of contents.requests) await removeUpload(config, uploadId)
      throw error
    }
    contents.notes.push(...partNotes(parts, files.length))
  } else {
    checkCount(files.length, label)
    for (const relativePath of files) {
      const { uploadId } = await register(
        config,
        path.join(/*turbopackIgnore: true*/ folder, relativePath),
      )
      contents.requests.push({ uploadId, relativePath })
    }
  }
  contents.notes.push(...workbookNotes(names))
  if (contents.requests.length > 0) return contents
  const why = contents.notes.length > 0 ? ` ${contents.notes.join(' ')}` : ''
  throw new AppError('not_found', `${label} holds no file that can be imported.${why}`)
}
