import { statSync } from 'node:fs'
import { findModel } from './manifest'
import { filePath, type ModelDirs } from './paths'
import { candidateFolders } from './status'

/** Returns the size of a file in bytes, or null where there is no file. */
export function sizeOf(file: string): number | null {
  const info = statSync(/*turbopackIgnore: true*/ file, { throwIfNoEntry: false })
  return info?.isFile() ? info.size : null
}

/**
 * Returns whether all files of a model are here, as far as sizes tell: no file is read, so that a choice can ask each
 * time. What opens the model checks the content.
 */
export function modelFilesHere(id: string, dirs: ModelDirs): boolean {
  const manifest = findModel(id)
  if (!manifest) return false
  return candidateFolders(manifest, dirs).some((folder) =>
    manifest.files.every((file) => {
      const size = sizeOf(filePath(folder, file))
      return size !== null && (file.bytes === null || file.bytes === size)
    }),
  )
}
