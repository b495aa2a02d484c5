import { z } from 'zod'
import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import { modelsReplySchema } from './wire'

const QUICK_MS = 10_000
// Hosted services list hundreds of models.
const MODELS_BYTES = 4 * 1024 * 1024

const versionSchema = z.object({ version: z.string().max(100) })

/** What a server tells about itself and one of its models; unknown where it does not. */
export interface ServerFacts {
  server: string
  contextLength: number | null
  dtype: string
  revision: string
  settings: Record<string, string | number | boolean>
}

/** Returns what GET `path` answers: a small description of a server or its models. */
export async function getJson(
  client: HttpClient,
  path: string,
  signal?: AbortSignal,
  withoutKey = false,
): Promise<unknown> {
  const limits = { timeoutMs: QUICK_MS, maxBytes: MODELS_BYTES, signal }
  return (await client.send({ method: 'GET', path, withoutKey, ...limits })).json
}

/** Returns what GET `path` answers, or null where the server has no such answer; throws when nothing answers at all. */
export async function askIfOffered<T>(
  client: HttpClient,
  path: string,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T | null> {
  try {
    return schema.safeParse(await getJson(client, path, signal)).data ?? null
  } catch (error) {
    const answered = error instanceof AppError && typeof error.details?.httpStatus === 'number'
    if (!answered) throw error
    return null
  }
}

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
