import { JOBS } from '@/lib/queue/kinds'
import { backupPath, countEntries, writeBackup } from '@/lib/services/backup/write'
import { defineJob } from '@/lib/worker/types'

/** Writes a study as one file, which waits to be downloaded for a week. */
export const backupJob = defineJob(JOBS.backup, {
  lane: 'import',
  async run(context, { studyId }) {
    const { config, db, job, signal, progress } = context
    let rows = 0
    progress({ done: 0, total: countEntries(db, studyId), unit: 'rows', phase: 'Writing' })
    const onProgress = (more: number) => progress({ done: (rows += more) })
    const file = backupPath(config, job.id)
    return { ...(await writeBackup(context, studyId, file, { signal, onProgress })), rows }
  },
})
