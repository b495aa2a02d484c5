import { z } from 'zod'
import type { HttpClient } from '@/lib/backends/http/client'
import { askIfOffered } from '@/lib/backends/scoring/ask'
import type { ServerFacts } from '@/lib/backends/scoring/plain-server'
import { modelsReplySchema } from './wire'

const versionSchema = z.object({ version: z.string().max(100) })

/** Returns what an OpenAI-compatible server says of a model: vLLM tells its version and the context length. */
export async function describeModel(
  client: HttpClient,
  model: string,
  signal?: AbortSignal,
): Promise<Partial<ServerFacts>> {
  const list = await askIfOffered(client, '/v1/models', modelsReplySchema, signal)
  const entry = list?.data.find(({ id }) => id === model)
  if (entry?.owned_by !== 'vllm') return {}
  const version = (await askIfOffered(client, '/version', versionSchema, signal))?.version
  return {
    server: version ? `vLLM ${version}` : 'vLLM',
    contextLength: entry.max_model_len ?? null,
    // vLLM refuses what is longer unless it is asked to cut.
    settings: { longTexts: 'refused' },
  }
}
