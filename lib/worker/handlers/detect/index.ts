import { detectServer } from '@/lib/backends/detect'
import { JOBS } from '@/lib/queue/kinds'
import { describeDetection } from '@/lib/services/backends/detect'
import { dropForgottenKeys, requireKeyIsSet } from '@/lib/services/backends/keys'
import { backendEnvironment } from '@/lib/worker/backend-pool'
import { defineJob } from '@/lib/worker/types'
import { withoutRetry } from '@/lib/worker/without-retry'

/** Finds out which kind of server listens at an address and which models it offers; the result is the answer. */
export const detectJob = defineJob(JOBS.detect, {
  // A person waits in front of a form, maybe while another backend is being probed.
  lane: 'detect',
  async run(context, { baseUrl, keyEnv, keySetHere, caFile, allowPlainHttp }) {
    requireKeyIsSet({ keyEnv }, keySetHere)
    const env = backendEnvironment(context.config, context.db)
    const found = await detectServer(
      {
        baseUrl,
        key: () => (keyEnv === null ? undefined : env.secret(keyEnv)),
        keyName: keyEnv,
        allowPlainHttp,
        caFile,
        ...(env.network ? { policy: env.network } : {}),
      },
      context.signal,
    ).catch((error: unknown) => {
      throw withoutRetry(error)
    })
    for (const line of found.evidence) context.log('info', line)
    return { ...describeDetection(found) }
  },
  cleanup: (db) => dropForgottenKeys(db),
})
