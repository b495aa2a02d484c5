import { createHttpClient, type HttpClient } from '../http/client'
import type { NetworkEnvironment } from '../http/address'
import { GREEDY, type BackendSession, type ModelIdentity } from '../types'
import { chatCall, newDialect, WARM_UP_MS, type Dialect } from './chat'
import type { OpenaiConfig } from './config'
import { embedCall } from './embeddings'

// A hosted service takes up to 256 texts a request; 32 keeps a refused batch cheap to split.
const EMBED_BATCH = 32

/** Returns the HTTP client of a configured server. */
export function openClient(config: OpenaiConfig, env: NetworkEnvironment): HttpClient {
  const { keyEnv } = config
  return createHttpClient({
    baseUrl: config.baseUrl,
    key: () => (keyEnv === null ? undefined : env.secret(keyEnv)),
    allowPlainHttp: config.allowPlainHttp,
    ...(env.network ? { policy: env.network } : {}),
  })
}

/** Returns what decides the numbers of this server: the model as it states it, and what it refused to take. */
export function openaiIdentity(
  config: OpenaiConfig,
  repliedModel: string,
  settings: ModelIdentity['settings'],
): ModelIdentity {
  return {
    kind: 'openai',
    server: 'OpenAI-compatible',
    model: repliedModel || config.model,
    revision: config.revision || 'unknown',
    dtype: 'unknown',
    settings,
    tokenizer: null,
    contextLength: config.contextLength,
    bosId: null,
  }
}

/** Returns the identity's settings of a chat dialect, in a fixed order. */
export function dialectSettings(dialect: Dialect): ModelIdentity['settings'] {
  const dropped = [...dialect.dropped].sort().join(',')
  return { tokensField: dialect.tokensField, ...(dropped ? { droppedParameters: dropped } : {}) }
}

/** Returns the Euclidean length of a vector. */
export function norm(vector: Float32Array): number {
  let sum = 0
  for (const x of vector) sum += x * x
  return Math.sqrt(sum)
}

/** Returns the settings that an embedding shows: dimension, and whether the server normalises. */
export function vectorSettings(vector: Float32Array): ModelIdentity['settings'] {
  return { dimension: vector.length, normalised: Math.abs(norm(vector) - 1) < 1e-3 }
}

/**
 * Opens a session: one small warm-up call, which may take as long as the loading of a model, shows which parameters the
 * server takes, so that the identity is settled before the first row.
 */
export async function openSession(
  config: OpenaiConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<BackendSession> {
  const client = openClient(config, env)
  const limits = {
    chatConcurrency: config.concurrency,
    scoreConcurrency: config.concurrency,
    scoreBatchTokens: 8192,
    scoreBatchPrompts: 16,
    embedBatchTexts: EMBED_BATCH,
  }
  const close = async () => client.close()
  try {
    if (config.use === 'embeddings') {
      const embed = embedCall(client, config.model)
      const { vectors } = await embed(['warm-up'], signal)
      const settings = vectorSettings(vectors[0] ?? new Float32Array())
      return { identity: openaiIdentity(config, '', settings), limits, embed, close }
    }
    const dialect = newDialect()
    const generate = chatCall(client, config.model, dialect)
    const first = await generate(
      { messages: [{ role: 'user', content: 'Say yes.' }], params: { ...GREEDY, maxTokens: 1 } },
      signal,
      WARM_UP_MS,
    )
    if (dialect.dropped.size > 0) {
      env.log('the server refuses parameters', { dropped: [...dialect.dropped] })
    }
    return {
      identity: openaiIdentity(config, first.model, dialectSettings(dialect)),
      limits,
      generate: (request, abort) => generate(request, abort),
      close,
    }
  } catch (error) {
    client.close()
    throw error
  }
}
