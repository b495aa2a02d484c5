import { JOBS } from '@/lib/queue/kinds'
import { writeExportFile } from '@/lib/services/exports/file'
import { defineJob } from '@/lib/worker/types'

/** Writes an export to a file that is then downloaded. A second attempt begins again: the same request gives the same bytes. */
export const exportJob = defineJob(JOBS.export, {
  lane: 'import',
  async run({ db, config, job, signal, progress, commit }, { request }) {
    progress({ phase: 'Checking the rows' })
    const { rows, bytes } = await writeExportFile({ db, config }, request, {
      exportId: job.id,
      signal,
      commit,
      onBytes: (done) => progress({ phase: 'Writing the file', done, unit: 'bytes' }),
    })
    return { rows, bytes }
  },
})
