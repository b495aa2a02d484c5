import { JOBS } from '@/lib/queue/kinds'
import { mergeStudies } from '@/lib/services/backup/merge'
import { countEntries } from '@/lib/services/backup/write'
import { defineJob } from '@/lib/worker/types'

/** Makes a third study of two: whole or not at all. What a kill leaves is removed with opened backups. */
export const mergeJob = defineJob(JOBS.merge, {
  lane: 'import',
  async run(context, { studyId, request }) {
    const { db, signal, progress, log } = context
    const total = countEntries(db, studyId) + countEntries(db, request.with)
    let done = 0
    progress({ done, total, unit: 'rows', phase: 'Merging' })
    const onProgress = (rows: number) => progress({ done: (done += rows) })
    const merged = await mergeStudies(context, studyId, request, { signal, onProgress })
    for (const note of merged.notes) log('info', `Left out: ${note}`)
    return merged
  },
})
