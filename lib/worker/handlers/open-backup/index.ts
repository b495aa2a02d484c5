import { JOBS } from '@/lib/queue/kinds'
import { openBackup } from '@/lib/services/backup/open'
import { cleanupOpening } from '@/lib/services/backup/stage'
import { openUpload, removeUpload } from '@/lib/services/imports/uploads'
import { defineJob } from '@/lib/worker/types'

/** Makes a study of a backup that was sent: whole or not at all. */
export const openBackupJob = defineJob(JOBS['open-backup'], {
  lane: 'import',
  async run(context, { uploadId, fileName }) {
    const { config, signal, progress, log } = context
    const { path, sizeBytes } = await openUpload(config, uploadId)
    let done = 0
    const opened = await openBackup(
      context,
      { path, name: fileName, sizeBytes },
      {
        signal,
        onTotal: (total) => progress({ done, total, unit: 'rows', phase: 'Storing' }),
        onProgress: (rows) => progress({ done: (done += rows) }),
      },
    )
    for (const note of opened.notes) log('info', note)
    await removeUpload(config, uploadId)
    return { ...opened }
  },
  cleanup: cleanupOpening,
})
