import { z } from 'zod'
import { pricesSchema } from '@/lib/contracts/meter'
import { createHttpClient, type HttpClient } from '../http/client'
import type { NetworkEnvironment } from '../http/address'
import type { ClassifyError } from '../http/errors'
import type { ModelIdentity } from '../types'

/** Returns the settings that every scoring server has; `baseUrl` is where its documentation puts it. */
export function serverFields(baseUrl: string) {
  return {
    baseUrl: z
      .string()
      .min(1)
      .max(200)
      .default(baseUrl)
      .describe('Address of the server, with a path prefix if it has one.'),
    model: z
      .string()
      .min(1)
      .max(200)
      .default('default')
      .describe('Model name as the server knows it; "default" = the only one that it lists.'),
    keyEnv: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/i, 'Give the name of an environment variable, not the key itself.')
      .nullable()
      .default(null)
      .describe(
        'Environment variable that holds the key, read when a request is made. Empty = no key.',
      ),
    revision: z
      .string()
      .max(120)
      .default('unknown')
      .describe(
        'Revision or date of the model, if you know it; part of the identity of every number.',
      ),
    dtype: z
      .enum(['unknown', 'float32', 'bfloat16', 'float16', 'quantised'])
      .default('unknown')
      .describe(
        'Number format of the weights; part of the identity, and decides how far two scores of one text may differ.',
      ),
    contextLength: z
      .number()
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe('Context length in tokens, where the server does not state it.'),
    ...concurrencyField(64, 8),
    allowPlainHttp: z
      .boolean()
      .default(false)
      .describe(
        'Allows unencrypted http beyond this machine. Texts and keys can then be read on the way.',
      ),
    caFile: z
      .string()
      .max(1000)
      .nullable()
      .default(null)
      .describe('PEM file of a private certificate authority, trusted beside the usual ones.'),
    replicas: z
      .array(z.string().min(1).max(200))
      .max(64)
      .default([])
      .describe('Addresses of further servers with the same model; work is spread over all.'),
    prices: pricesSchema
      .nullable()
      .default(null)
      .describe('Prices per million tokens, for the meter and the estimate before a run.'),
  }
}

/** A setting of servers that have no tokenizer route, or not always. */
export const tokenizerField = {
  tokenizerFile: z
    .string()
    .max(1000)
    .nullable()
    .default(null)
    .describe(
      "The model's tokenizer.json on this machine, where the server has no tokenizer route; it is checked against the server.",
    ),
}

/** Returns the settings of a server that scores given text; `baseUrl` is where its documentation puts it. */
export function scoringConfig(baseUrl: string) {
  return z.object({ ...serverFields(baseUrl), ...tokenizerField })
}
export type ScoringConfig = z.infer<ReturnType<typeof scoringConfig>>

/** Returns the setting of how many requests run at once, for a kind whose limits are not the usual ones. */
export function concurrencyField(
  most: number,
  usual: number,
  meaning = 'Most requests in flight at once.',
) {
  return { concurrency: z.number().int().min(1).max(most).default(usual).describe(meaning) }
}

const schema = z.object(serverFields(''))
/** Settings that every scoring server has. */
export type ServerConfig = z.infer<typeof schema>

/** Returns the HTTP client of a configured server; `classify` is what its dialect knows about its errors. */
export function openServer(
  config: ServerConfig,
  env: NetworkEnvironment,
  classify?: ClassifyError,
): HttpClient {
  const { keyEnv } = config
  return createHttpClient({
    baseUrl: config.baseUrl,
    key: () => (keyEnv === null ? undefined : env.secret(keyEnv)),
    keyName: keyEnv,
    allowPlainHttp: config.allowPlainHttp,
    caFile: config.caFile,
    ...(env.network ? { policy: env.network } : {}),
    ...(classify ? { classify } : {}),
  })
}

/** Returns the identity before anything is known of the server. */
export function unopenedIdentity(
  kind: string,
  server: string,
  config: ServerConfig,
): ModelIdentity {
  return {
    kind,
    server,
    model: config.model,
    revision: config.revision || 'unknown',
    dtype: config.dtype,
    settings: {},
    tokenizer: null,
    contextLength: config.contextLength,
    bosId: null,
  }
}

/** Returns what the probe says about the key. */
export function keyOf(
  config: ServerConfig,
  env: NetworkEnvironment,
): { name: string; isSet: boolean } | null {
  const { keyEnv } = config
  return keyEnv === null ? null : { name: keyEnv, isSet: env.secret(keyEnv) !== undefined }
}
