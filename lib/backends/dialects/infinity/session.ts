import { z } from 'zod'
import type { HttpClient } from '@/lib/backends/http/client'
import { getJson } from '@/lib/backends/scoring/ask'
import type { ServerConfig } from '@/lib/backends/scoring/config'
import { chooseModel } from '@/lib/backends/scoring/models'
import {
  EMBEDS_ONLY,
  plainLimits,
  serverIdentity,
  vectorSettings,
} from '@/lib/backends/scoring/plain-server'
import type { Connect } from '@/lib/backends/scoring/define'
import { openPort } from '@/lib/backends/scoring/port'
import { embedCall } from '../openai/embeddings'
import { parseReply } from '../openai/wire'

const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string().max(500), backend: z.string().max(100).catch('') })),
})

async function listed(client: HttpClient, signal?: AbortSignal, withoutKey = false) {
  return parseReply(modelsSchema, await getJson(client, '/models', signal, withoutKey)).data
}

/** Opens an Infinity server, as both `open` and the probe use it. */
export const connectInfinity: Connect<ServerConfig> = (config, env, signal) =>
  openPort(config, env, undefined, async (client) => {
    const models = await listed(client, signal)
    const names = models.map(({ id }) => ({ id, contextLength: null }))
    const { id: model } = chooseModel(names, config.model)
    const engine = models.find(({ id }) => id === model)?.backend
    // Its routes have no /v1 in front unless the server was started so.
    const embed = embedCall(client, model, '/embeddings')
    const { vectors } = await embed(['warm-up'], signal)
    const settings = {
      ...(engine ? { engine } : {}),
      ...vectorSettings(vectors[0] as Float32Array),
      // It cuts to the model's limit and says so nowhere.
      longTexts: 'cut by the server, unmarked',
    }
    return {
      session: {
        identity: serverIdentity(
          'infinity',
          { ...config, model },
          { server: 'Infinity' },
          settings,
        ),
        limits: plainLimits(config.concurrency),
        embed,
      },
      model,
      ...EMBEDS_ONLY,
      missing: {
        ...EMBEDS_ONLY.missing,
        tokenize: { state: 'no', reason: 'Infinity has no tokenizer route.' },
      },
      models: async (abort) => (await listed(client, abort)).map(({ id }) => id),
      withoutKey: (abort) => listed(client, abort, true),
    }
  })
