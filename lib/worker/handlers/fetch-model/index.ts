import { ensureModel } from '@/lib/models/install'
import { findModel } from '@/lib/models/manifest'
import { AppError } from '@/lib/errors'
import { JOBS } from '@/lib/queue/kinds'
import { listBackendRows, requestProbe } from '@/lib/services/backends'
import { defineJob } from '@/lib/worker/types'

/** Fetches a model's files from the first source that has them; resumable, each file checked. */
export const fetchModelJob = defineJob(JOBS['fetch-model'], {
  lane: 'fetch',
  async run(context, { modelId }) {
    const manifest = findModel(modelId)
    if (!manifest) throw new AppError('not_found', `There is no model "${modelId}".`)
    const { cacheDir, modelsDir } = context.config
    const result = await ensureModel(manifest, {
      cacheDir,
      modelsDir,
      signal: context.signal,
      onProgress: ({ bytes, total, message }) => {
        context.progress({ done: bytes, total: total ?? 0, unit: 'bytes', phase: message })
      },
    })
    if (result.state === 'missing') {
      for (const { file, source, reason } of result.reasons) {
        context.log('warn', `${file} from ${source}: ${reason}`)
      }
      throw new AppError(
        'capability_missing',
        `No source has ${manifest.label}. ${result.remedy}`,
        {
          details: { reasons: result.reasons },
        },
      )
    }
    // Built-in backends that lacked the file may work now.
    for (const row of listBackendRows(context.db)) {
      if (row.builtIn && row.kind !== 'fake') requestProbe(context.db, row.id)
    }
    return { modelId, path: result.path, fetched: result.fetched }
  },
})
