import fs from 'node:fs/promises'
import path from 'node:path'
import { isZip } from '@/lib/formats/containers/zip'
import type { ServiceContext } from '../context'
import type { FileTasks } from '../files/tasks'
import type { FolderContents } from './folder'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { openUpload, removeUpload } from './uploads'

/**
 * Returns the requests with every zip archive replaced by the data files in it; `files` unpacks them. `notes` say what was
 * left out. An expanded archive is no upload any more. Throws FormatError or `data_error` for an archive that cannot be
 * read.
 */
export async function expandArchives(
  ctx: ServiceContext,
  requests: readonly PreviewRequest[],
  files: FileTasks,
  signal?: AbortSignal,
): Promise<FolderContents> {
  const expanded: FolderContents = { requests: [], notes: [] }
  for (const request of requests) {
    const { uploadId, path: file, fileName } = await openUpload(ctx.config, request.uploadId)
    if (!(await isZip(file))) {
      expanded.requests.push(request)
      continue
    }
    const { uploadsDir } = ctx.config
    const task = { uploadsDir, uploadId, path: file, name: fileName }
    try {
      const { requests: inside, notes } = await files.expand(task, signal)
      expanded.requests.push(...inside)
      expanded.notes.push(...notes)
      await removeUpload(ctx.config, uploadId)
    } finally {
      // Another process that was stopped could not tidy up.
      await fs.rm(path.join(uploadsDir, uploadId, 'unpacked'), { recursive: true, force: true })
    }
  }
  return expanded
}
