import { AppError, errorCode } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import { checkVectors } from '../openai/embeddings'
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
import { statedFacts } from '@/lib/backends/scoring/stated-facts'
import { requestError } from '@/lib/backends/session/request-error'
import {
  sessionTokenizer,
  type SessionTokenizer,
  type TokenizerRoutes,
} from '@/lib/backends/tokenizer'
import type { BackendSession, EmbedReply } from '@/lib/backends/types'
import type { TeiConfig } from './config'
import { judgeTei } from './errors'
import {
  decodeReplySchema,
  embedReplySchema,
  infoSchema,
  tokenizeReplySchema,
  type TeiInfo,
} from './wire'

// What the server takes unless it is told otherwise.
const DEFAULT_BATCH = 32
const TIMEOUT_MS = 120_000
const ENVELOPE_BYTES = 64 * 1024
// 4,096 numbers as text.
const BYTES_PER_VECTOR = 160 * 1024
// A token comes with its text and its place.
const BYTES_PER_CHARACTER = 200

function post(client: HttpClient, path: string, body: unknown, maxBytes: number) {
  return async (isList: boolean, signal?: AbortSignal): Promise<unknown> => {
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: ENVELOPE_BYTES + maxBytes, isList, signal }
    return (await client.send({ method: 'POST', path, body, ...limits })).json
  }
}

/** Returns the embed call: unit vectors, and texts that do not fit are refused, never cut. */
function embedCall(client: HttpClient) {
  return async (texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> => {
    if (texts.length === 0) return { vectors: [], truncated: [] }
    const body = { inputs: texts, normalize: true, truncate: false }
    const send = post(client, '/embed', body, BYTES_PER_VECTOR * texts.length)
    const lists = parseReply(embedReplySchema, await send(texts.length > 1, signal))
    const vectors = lists.map((values) => Float32Array.from(values))
    return { vectors: checkVectors(vectors, texts.length), truncated: texts.map(() => false) }
  }
}

function tokenizerRoutes(client: HttpClient): TokenizerRoutes {
  return {
    async tokenize(text, addSpecial, signal) {
      const body = { inputs: [text], add_special_tokens: addSpecial }
      const send = post(client, '/tokenize', body, BYTES_PER_CHARACTER * text.length)
      const [tokens] = parseReply(tokenizeReplySchema, await send(false, signal))
      return Int32Array.from(tokens ?? [], ({ id }) => id)
    },
    async detokenize(ids, signal) {
      const body = { ids: [Array.from(ids)], skip_special_tokens: false }
      const send = post(client, '/decode', body, BYTES_PER_CHARACTER * ids.length)
      return parseReply(decodeReplySchema, await send(false, signal))[0] ?? ''
    },
  }
}

async function tokenizerOf(
  client: HttpClient,
  signal?: AbortSignal,
): Promise<SessionTokenizer | string> {
  try {
    const routes = tokenizerRoutes(client)
    return (await sessionTokenizer({ file: null, routes }, signal)) ?? 'It has no tokenizer route.'
  } catch (error) {
    if (errorCode(error) !== 'capability_missing') throw error
    return 'The tokenizer of this model puts marks around a text, which losses must not count.'
  }
}

async function describe(client: HttpClient, wanted: string, signal?: AbortSignal) {
  const info = parseReply(infoSchema, await getJson(client, '/info', signal))
  if (!info.model_type.embedding) {
    throw new AppError('capability_missing', `${info.model_id} is not an embedding model.`)
  }
  if (wanted !== 'default' && wanted !== info.model_id) {
    throw requestError(
      { kind: 'config', reason: 'model', httpStatus: 200 },
      `The server serves ${info.model_id}, not ${wanted}.`,
    )
  }
  return info
}

/** At connect an engine that fails is one that cannot embed; during a job it may have failed for once. */
function notForEmbeddings(error: unknown): never {
  if (!(error instanceof AppError) || error.details?.reason !== 'engine') throw error
  throw requestError(
    { kind: 'config', reason: 'not_embedding', httpStatus: 424 },
    'The server does not embed. Start it with an embedding model.',
    { code: 'capability_missing', cause: error },
  )
}

function identityOf(config: TeiConfig, info: TeiInfo, vector: Float32Array) {
  return serverIdentity(
    'tei',
    { ...config, model: info.model_id },
    {
      server: info.version ? `TEI ${info.version}` : 'TEI',
      contextLength: info.max_input_length ?? null,
      dtype: info.model_dtype ?? '',
      revision: info.model_sha ?? '',
      settings: { pooling: info.model_type.embedding?.pooling ?? 'unknown', longTexts: 'refused' },
    },
    vectorSettings(vector),
  )
}

/** Opens a TEI server, as both `open` and the probe use it. */
export async function connectTei(
  config: TeiConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeTei)
  try {
    const info = await describe(client, config.model, signal)
    const embed = embedCall(client)
    const { vectors } = await embed(['warm-up'], signal).catch(notForEmbeddings)
    const tokenizer = await tokenizerOf(client, signal)
    const tokens = typeof tokenizer === 'string' ? null : tokenizer
    const flights = Math.min(config.concurrency, info.max_concurrent_requests ?? config.concurrency)
    const session: BackendSession = {
      identity: {
        ...identityOf(config, info, vectors[0] as Float32Array),
        tokenizer: tokens?.name ?? null,
        bosId: tokens?.bosId ?? null,
      },
      limits: plainLimits(flights, Math.min(DEFAULT_BATCH, info.max_client_batch_size ?? 1)),
      embed,
      ...(tokens ? { tokenize: tokens.tokenize } : {}),
      async describe(abort) {
        const now = parseReply(infoSchema, await getJson(client, '/info', abort))
        const { model_id: model, model_sha: revision, model_dtype: dtype } = now
        return statedFacts({ model, revision, dtype })
      },
      close: async () => client.close(),
    }
    return {
      ...portWithoutScores(session, info.model_id, keyOf(config, env), {
        missing: {
          ...otherUse('embeddings'),
          promptLogprobs: { state: 'no', reason: 'An embedding server returns no scores.' },
          ...(typeof tokenizer === 'string'
            ? { tokenize: { state: 'no', reason: tokenizer } as const }
            : {}),
        },
        remedies: { embed: { remedy: 'Start the server with an embedding model.' } },
      }),
      ...(tokens?.detokenize ? { detokenize: tokens.detokenize } : {}),
      models: async (abort) => [
        parseReply(infoSchema, await getJson(client, '/info', abort)).model_id,
      ],
      withoutKey: (abort) => getJson(client, '/info', abort, true),
    }
  } catch (error) {
    client.close()
    throw error
  }
}
