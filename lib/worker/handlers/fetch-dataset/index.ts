import { JOBS } from '@/lib/queue/kinds'
import { fetchDataset } from '@/lib/services/hub/fetch'
import { defineJob } from '@/lib/worker/types'

/** Fetches parts of a data set from the hub; resumable, each file checked. Its result names the uploads. */
export const fetchDatasetJob = defineJob(JOBS['fetch-dataset'], {
  lane: 'fetch',
  async run(context, request) {
    const startedAt = Date.now()
    let first: number | null = null
    const uploads = await fetchDataset(context.config, request, {
      signal: context.signal,
      onProgress({ doneBytes, totalBytes, file }) {
        first ??= doneBytes
        const seconds = (Date.now() - startedAt) / 1000
        const ratePerSecond = seconds > 0.5 ? (doneBytes - first) / seconds : null
        const etaMs = ratePerSecond ? ((totalBytes - doneBytes) / ratePerSecond) * 1000 : null
        const phase = `Fetching ${file}`
        context.progress({
          done: doneBytes,
          total: totalBytes,
          unit: 'bytes',
          phase,
          ratePerSecond,
          etaMs,
        })
      },
    })
    return { uploads }
  },
})
