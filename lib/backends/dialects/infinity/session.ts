import { z } from 'zod'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import { embedCall } from '../openai/embeddings'
import { getJson } from '../openai/server'
import {
  otherUse,
  plainLimits,
  portWithoutScores,
  serverIdentity,
  vectorSettings,
} from '../openai/session'
import { parseReply } from '../openai/wire'
import type { ProbePort } from '@/lib/backends/probe/port'
import { keyOf, openServer } from '@/lib/backends/scoring/config'
import { chooseModel } from '@/lib/backends/scoring/models'
import type { BackendSession } from '@/lib/backends/types'
import type { InfinityConfig } from './config'

const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string().max(500), backend: z.string().max(100).catch('') })),
})

async function listed(client: HttpClient, signal?: AbortSignal, withoutKey = false) {
  return parseReply(modelsSchema, await getJson(client, '/models', signal, withoutKey)).data
}

/** Opens an Infinity server, as both `open` and the probe use it. */
export async function connectInfinity(
  config: InfinityConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env)
  try {
    const models = await listed(client, signal)
    const names = models.map(({ id }) => ({ id, contextLength: null }))
    const { id: model } = chooseModel(names, config.model)
    const engine = models.find(({ id }) => id === model)?.backend
    // Its routes have no /v1 in front unless the server was started so.
    const embed = embedCall(client, model, { path: '/embeddings' })
    const { vectors } = await embed(['warm-up'], signal)
    const session: BackendSession = {
      identity: serverIdentity(
        'infinity',
        { ...config, model },
        { server: 'Infinity' },
        {
          ...(engine ? { engine } : {}),
          ...vectorSettings(vectors[0] as Float32Array),
          // It cuts to the model's limit and says so nowhere.
          longTexts: 'cut by the server, unmarked',
        },
      ),
      limits: plainLimits(config.concurrency),
      embed,
      close: async () => client.close(),
    }
    return {
      ...portWithoutScores(session, model, keyOf(config, env), {
        missing: {
          ...otherUse('embeddings'),
          promptLogprobs: { state: 'no', reason: 'An embedding server returns no scores.' },
          tokenize: { state: 'no', reason: 'Infinity has no tokenizer route.' },
        },
        remedies: { embed: { remedy: 'Start the server with an embedding model.' } },
      }),
      models: async (abort) => (await listed(client, abort)).map(({ id }) => id),
      withoutKey: (abort) => listed(client, abort, true),
    }
  } catch (error) {
    client.close()
    throw error
  }
}
