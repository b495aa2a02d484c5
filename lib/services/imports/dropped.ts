import fs from 'node:fs/promises'
import path from 'node:path'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { AppError } from '@/lib/errors'
import { contextOf } from '@/lib/formats/format-error'
import { nameProblem } from '@/lib/formats/containers/zip-names'
import type { ServiceContext } from '../context'
import type { FileTasks } from '../files/tasks'
import { folderOf, type ArrangeTask } from './arrange'
import { DATASET_INFO, type FolderContents } from './folder'
import { CARD } from './repository'
import { openUpload, removeUpload } from './uploads'

/** The upload that says what its folder holds, the outermost where there are several. */
function listAmong(requests: readonly PreviewRequest[]): PreviewRequest | undefined {
  return requests
    .filter(({ relativePath = '' }) =>
      [DATASET_INFO, CARD].includes(path.posix.basename(relativePath)),
    )
    .toSorted(
      (a, b) =>
        path.posix.dirname(a.relativePath as string).length -
        path.posix.dirname(b.relativePath as string).length,
    )[0]
}

/**
 * Returns the requests with those that lay in one folder with a `dataset_info.json` or a `README.md` replaced by what that says of them. `notes`
 * tell what was left out; what is not imported is no upload any more.
 */
export async function expandDropped(
  ctx: ServiceContext,
  requests: readonly PreviewRequest[],
  files: FileTasks,
  signal?: AbortSignal,
): Promise<FolderContents> {
  const list = listAmong(requests)
  if (!list || requests.length < 2) return { requests: [...requests], notes: [] }
  const above = path.posix.dirname(list.relativePath as string)
  const root = above === '.' ? '' : `${above}/`
  const isInside = ({ relativePath = '' }: PreviewRequest) => relativePath.startsWith(root)
  const inside = requests.filter(isInside)
  const task: ArrangeTask = {
    uploadsDir: ctx.config.uploadsDir,
    uploadId: list.uploadId,
    name: path.posix.basename(above === '.' ? 'dataset' : above),
    files: [],
  }
  for (const { uploadId, relativePath = '' } of inside) {
    const name = relativePath.slice(root.length)
    const problem = nameProblem(name)
    if (problem) throw new AppError('data_error', `The name ${contextOf(name)} ${problem}.`)
    const upload = await openUpload(ctx.config, uploadId)
    task.files.push({ uploadId, path: upload.path, name })
  }
  try {
    const { requests: found, notes } = await files.arrange(task, signal)
    const kept = new Set(found.map(({ uploadId }) => uploadId))
    for (const { uploadId } of inside)
      if (!kept.has(uploadId)) await removeUpload(ctx.config, uploadId)
    const others = requests.filter((request) => !isInside(request))
    const named = found.map((one) => ({ ...one, relativePath: `${root}${one.relativePath ?? ''}` }))
    return { requests: [...named, ...others], notes }
  } finally {
    // Another process that was stopped could not tidy up.
    await fs.rm(folderOf(task), { recursive: true, force: true })
  }
}
