import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/lib/errors'
import { fileHash } from './hashes'
import { findModel } from './manifest'
import type { ModelFile, ModelManifest } from './manifest'
import { cacheModels, enginePath, filePath, modelFolder, supplyByHand } from './paths'
import type { ModelDirs } from './paths'

/** Name of the file beside a fetched model that says what was fetched, from where, under which licence. */
export const RECORD_NAME = 'evolens-model.json'

/** What was written when a model was fetched. */
export interface ModelRecord {
  id: string
  licence: string
  licenceUrl: string
  origin: string
  files: { path: string; sha256: string; source: string }[]
}

/** Whether a model can be opened now, and where. */
export interface ModelStatus {
  id: string
  state: 'ready' | 'absent' | 'partial' | 'corrupt'
  /** What an engine opens; null unless ready. */
  path: string | null
  /** SHA-256 of the main file; null unless ready. */
  sha256: string | null
  detail: string
  remedy: string
}

/** Returns what was recorded when the model was fetched, or null. */
export async function readRecord(folder: string): Promise<ModelRecord | null> {
  try {
    return JSON.parse(await readFile(path.join(folder, RECORD_NAME), 'utf8')) as ModelRecord
  } catch {
    return null
  }
}

/** Whether a file is the one the manifest (or, failing that, the record of its download) names. */
export type FileState = 'good' | 'missing' | 'bad'

/** Returns the state of one file of a model; hashes it in full only when it has not been hashed before. */
export async function checkFile(
  file: ModelFile,
  at: string,
  cacheDir: string,
  record: ModelRecord | null,
  signal?: AbortSignal,
): Promise<FileState> {
  const info = await stat(at).catch(() => null)
  if (!info?.isFile()) return 'missing'
  if (file.bytes !== null && info.size !== file.bytes) return 'bad'
  const recorded = record?.files.find((entry) => entry.path === file.path)?.sha256 ?? null
  const expected = file.sha256 ?? recorded
  // A file that the user placed by hand and that nobody could hash beforehand is taken as it is; its hash is
  // the model's revision all the same.
  if (expected === null) return 'good'
  return (await fileHash(cacheDir, at, signal)) === expected ? 'good' : 'bad'
}

async function checkFolder(
  manifest: ModelManifest,
  folder: string,
  cacheDir: string,
  signal?: AbortSignal,
): Promise<{ good: number; bad: string[] }> {
  const record = await readRecord(folder)
  let good = 0
  const bad: string[] = []
  for (const file of manifest.files) {
    const state = await checkFile(file, filePath(folder, file), cacheDir, record, signal)
    if (state === 'good') good += 1
    if (state === 'bad') bad.push(file.path)
  }
  return { good, bad }
}

/** Returns the folders that may hold a whole model, the user's own first. */
export function candidateFolders(manifest: ModelManifest, dirs: ModelDirs): string[] {
  const folders: string[] = []
  if (dirs.modelsDir) {
    folders.push(modelFolder(dirs.modelsDir, manifest.id))
    // A model of one file may lie in the models folder itself.
    if (!manifest.folder) folders.push(dirs.modelsDir)
  }
  folders.push(modelFolder(cacheModels(dirs.cacheDir), manifest.id))
  return folders
}

/**
 * Returns whether a model is there, complete and unaltered, and where. Cheap after the first call: sizes and times of
 * the files are compared with the remembered hash. Throws `invalid_input` for an unknown id.
 */
export async function modelStatus(
  id: string,
  dirs: ModelDirs,
  signal?: AbortSignal,
): Promise<ModelStatus> {
  const manifest = findModel(id)
  if (!manifest) {
    throw new AppError('invalid_input', `There is no model ${JSON.stringify(id)} to choose.`)
  }
  return manifestStatus(manifest, dirs, signal)
}

/** Returns the same as modelStatus for a manifest that is not in the list. */
export async function manifestStatus(
  manifest: ModelManifest,
  dirs: ModelDirs,
  signal?: AbortSignal,
): Promise<ModelStatus> {
  const remedy = supplyByHand(manifest, dirs)
  const base = { id: manifest.id, path: null, sha256: null, remedy }
  let worst: ModelStatus = { ...base, state: 'absent', detail: `${manifest.label} is not here.` }
  for (const folder of candidateFolders(manifest, dirs)) {
    const { good, bad } = await checkFolder(manifest, folder, dirs.cacheDir, signal)
    if (good === manifest.files.length) {
      const main = path.join(folder, ...manifest.main.split('/'))
      const sha256 = await fileHash(dirs.cacheDir, main, signal)
      const where = enginePath(manifest, folder)
      return { ...base, state: 'ready', path: where, sha256, detail: `Ready in ${folder}.` }
    }
    if (bad.length > 0) {
      const detail = `${bad.join(', ')} in ${folder} is not the expected file (size or checksum).`
      worst = { ...base, state: 'corrupt', detail }
    } else if (good > 0 && worst.state === 'absent') {
      worst = { ...base, state: 'partial', detail: `${folder} holds only a part of the model.` }
    }
  }
  return worst
}

/** Returns the wheel files that the user placed in the models folder. */
export async function userWheels(modelsDir: string | null): Promise<string[]> {
  if (!modelsDir) return []
  const names = await readdir(modelsDir).catch(() => [])
  const wheels = names
    .filter((name) => name.endsWith('.whl'))
    .map((name) => path.join(modelsDir, name))
  const infos = await Promise.all(wheels.map((wheel) => stat(wheel).catch(() => null)))
  return wheels.filter((_, at) => infos[at]?.isFile())
}
