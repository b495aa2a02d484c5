import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@/lib/errors'
import { contextOf } from '@/lib/formats/format-error'
import { registerFolder, type FolderContents } from './folder'
import { saveUpload } from './uploads'

/** Uploads that lay in one folder, as plain data. */
export interface ArrangeTask {
  uploadsDir: string
  /** The upload of the list or card; what is arranged lies below it. */
  uploadId: string
  /** Name of the folder. */
  name: string
  files: { uploadId: string; path: string; name: string }[]
}

/** Returns where uploads are laid out as the folder that they were. */
export const folderOf = ({ uploadsDir, uploadId }: Pick<ArrangeTask, 'uploadsDir' | 'uploadId'>) =>
  path.join(/*turbopackIgnore: true*/ uploadsDir, uploadId, 'unpacked')

/**
 * Returns what the list or card among uploads of one folder makes of the others, which stay the uploads that they are unless pieces are joined. Throws
 * FormatError or `data_error` where the list cannot be read. `tick` is called while it works.
 */
export async function arrangeUploads(task: ArrangeTask, tick: () => void): Promise<FolderContents> {
  const folder = folderOf(task)
  const taken = new Set<string>()
  const known = new Map<string, ArrangeTask['files'][number]>()
  try {
    for (const file of task.files) {
      const target = path.join(/*turbopackIgnore: true*/ folder, file.name)
      if (known.has(target)) continue
      known.set(target, file)
      await fs.mkdir(path.dirname(target), { recursive: true })
      // A disk that knows no links, or another disk.
      await fs.link(file.path, target).catch(() => fs.copyFile(file.path, target))
      tick()
    }
    const root = await fs.realpath(folder)
    const register = async (_: unknown, target: string) => {
      const file = known.get(path.join(folder, path.relative(root, path.resolve(folder, target))))
      if (!file) throw new AppError('not_found', `${contextOf(target)} is no file of this folder.`)
      // Two data sets may name one file, and an upload goes when it was imported.
      const isTaken = taken.has(file.uploadId)
      taken.add(file.uploadId)
      if (!isTaken) return file
      return saveUpload(task, path.basename(file.name), createReadStream(file.path))
    }
    const options = { register, label: task.name, name: task.name, tick }
    return await registerFolder(task, root, options)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
