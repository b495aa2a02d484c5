import { JOBS } from '@/lib/queue/kinds'
import { writeExportFile } from '@/lib/services/exports/file'
import { countingBackends } from '../count-tokens'
import { defineJob } from '@/lib/worker/types'

/** Writes an export to a file that is then downloaded. A second attempt goes on where the first one ended, or says why it begins anew. */
export const exportJob = defineJob(JOBS.export, {
  lane: 'import',
  backends: countingBackends,
  async run({ db, config, job, signal, progress, commit, openBackend }, { request }) {
    progress({ phase: 'Checking the rows' })
    const { rows, bytes, note } = await writeExportFile({ db, config }, request, {
      exportId: job.id,
      signal,
      commit,
      openBackend,
      onRows: (done, total) => progress({ phase: 'Counting tokens', done, total, unit: 'rows' }),
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
