import { JOBS } from '@/lib/queue/kinds'
import { writeExportFile } from '@/lib/services/exports/file'
import { defineJob } from '@/lib/worker/types'

/** Writes an export to a file that is then downloaded. A second attempt goes on where the first one ended, or says why it begins anew. */
export const exportJob = defineJob(JOBS.export, {
  lane: 'import',
  async run({ db, config, job, signal, progress, commit }, { request }) {
    progress({ phase: 'Checking the rows' })
    const { rows, bytes, note } = await writeExportFile({ db, config }, request, {
      exportId: job.id,
      signal,
      commit,
      onBytes: (done, total, before) =>
        progress({
          phase: before === null ? 'Writing the file' : `Writing the file, ${before}`,
          done,
          total,
          unit: 'bytes',
        }),
    })
    return { rows, bytes, ...(note === null ? {} : { note }) }
  },
})
