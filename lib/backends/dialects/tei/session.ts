import { z } from 'zod'
import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import { getJson } from '@/lib/backends/scoring/ask'
import type { ServerConfig } from '@/lib/backends/scoring/config'
import { statedFacts } from '@/lib/backends/scoring/models'
import {
  EMBEDS_ONLY,
  plainLimits,
  serverIdentity,
  vectorSettings,
} from '@/lib/backends/scoring/plain-server'
import type { Connect } from '@/lib/backends/scoring/define'
import { openPort } from '@/lib/backends/scoring/port'
import { requestError } from '@/lib/backends/session/request-error'
import { routesTokenizer } from '@/lib/backends/tokenizer'
import { routesOf, type TokenizerRoutes } from '@/lib/backends/tokenizer/routes'
import { embedOver } from '../openai/embeddings'
import { parseReply } from '../openai/wire'

// What the server takes unless it is told otherwise.
const DEFAULT_BATCH = 32

const count = z.number().int().positive().nullish().catch(null)
const name = z.string().max(500)

/** What GET /info tells. `model_type` has one key: what the model is for. */
const infoSchema = z.object({
  model_id: name,
  model_sha: name.nullish().catch(null),
  model_dtype: name.nullish().catch(null),
  model_type: z.object({
    embedding: z.object({ pooling: name.catch('unknown') }).nullish(),
  }),
  max_concurrent_requests: count,
  max_input_length: count,
  max_client_batch_size: count,
  version: name.nullish().catch(null),
})
type TeiInfo = z.infer<typeof infoSchema>

/** Vectors in the order of the texts. */
const embedReplySchema = z.array(z.array(z.number()))

/** One list of tokens a text. */
const tokenizeReplySchema = z.array(z.array(z.object({ id: z.number().int().nonnegative() })))

/** One text a list of ids. */
const decodeReplySchema = z.array(z.string())

/** What TEI's errors mean: `{ error, error_type }`, the type in either letter case. */
const classifyTei: ClassifyError = ({ status, message, isList }) => {
  const one = isList ? 'split' : 'row'
  if (status === 422) {
    // Not cut because cutting is never asked for; the server's words hold the limit and the count.
    return /empty/i.test(message)
      ? { kind: one, reason: 'empty_prompt', message: 'The text is empty.' }
      : {
          kind: one,
          reason: 'too_long',
          message: 'The text is longer than the model takes, or its tokenizer refuses it.',
        }
  }
  if (status === 413) {
    return {
      kind: 'split',
      reason: 'too_large',
      message: 'The list is longer than the server takes (--max-client-batch-size).',
    }
  }
  if (status === 424) {
    return {
      kind: 'retry',
      reason: 'engine',
      maxRetries: 1,
      message: 'The engine behind the server failed, or its model is not one for embeddings.',
    }
  }
  return null
}

function teiRoutes(client: HttpClient): TokenizerRoutes {
  return routesOf(client, {
    tokenize: {
      path: '/tokenize',
      body: (text, addSpecial) => ({ inputs: [text], add_special_tokens: addSpecial }),
      read: (json) =>
        Int32Array.from(parseReply(tokenizeReplySchema, json)[0] ?? [], ({ id }) => id),
    },
    detokenize: {
      path: '/decode',
      body: (ids) => ({ ids: [ids], skip_special_tokens: false }),
      read: (json) => parseReply(decodeReplySchema, json)[0] ?? '',
    },
  })
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

function identityOf(config: ServerConfig, info: TeiInfo, vector: Float32Array) {
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
export const connectTei: Connect<ServerConfig> = (config, env, signal) =>
  openPort(config, env, classifyTei, async (client) => {
    const info = await describe(client, config.model, signal)
    // Unit vectors; texts that do not fit are refused, never cut.
    const embed = embedOver(client, {
      path: '/embed',
      body: (texts) => ({ inputs: texts, normalize: true, truncate: false }),
      read: (json) => parseReply(embedReplySchema, json).map((values) => Float32Array.from(values)),
    })
    const { vectors } = await embed(['warm-up'], signal).catch(notForEmbeddings)
    const flights = Math.min(config.concurrency, info.max_concurrent_requests ?? config.concurrency)
    return {
      session: {
        identity: identityOf(config, info, vectors[0] as Float32Array),
        limits: plainLimits(flights, Math.min(DEFAULT_BATCH, info.max_client_batch_size ?? 1)),
        embed,
        async describe(abort) {
          const now = parseReply(infoSchema, await getJson(client, '/info', abort))
          const { model_id: model, model_sha: revision, model_dtype: dtype } = now
          return statedFacts({ model, revision, dtype })
        },
      },
      tokenizer: await routesTokenizer(teiRoutes(client), signal),
      model: info.model_id,
      ...EMBEDS_ONLY,
      models: async (abort) => [
        parseReply(infoSchema, await getJson(client, '/info', abort)).model_id,
      ],
      withoutKey: (abort) => getJson(client, '/info', abort, true),
    }
  })
