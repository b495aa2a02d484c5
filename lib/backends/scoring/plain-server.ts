import {
  GREEDY,
  type BackendLimits,
  type CapabilityTable,
  type GenerateRequest,
  type ModelIdentity,
} from '../types'
import type { ProbePort } from '../probe/port'
import type { ServerConfig } from './config'

// A hosted service takes up to 256 texts a request; 32 keeps a refused batch cheap to split.
const EMBED_BATCH = 32
// How far from 1 a unit vector's length may be by rounding.
const UNIT = 1e-3

/** What a server tells about itself and one of its models; unknown where it does not. */
export interface ServerFacts {
  server: string
  contextLength: number | null
  dtype: string
  revision: string
  settings: Record<string, string | number | boolean>
}

/** A small chat by which a session finds out what the server takes; the first one may load the model. */
export const FIRST_CHAT: GenerateRequest = {
  messages: [{ role: 'user', content: 'Say yes.' }],
  params: { ...GREEDY, maxTokens: 1 },
}

/** Returns the limits of a server without prompt scores. */
export function plainLimits(concurrency: number, embedBatchTexts = EMBED_BATCH): BackendLimits {
  return {
    chatConcurrency: concurrency,
    scoreConcurrency: concurrency,
    scoreBatchTokens: 8192,
    scoreBatchPrompts: 16,
    embedBatchTexts,
  }
}

/** Returns what decides the numbers of a server: what it says itself goes before what the user knows. */
export function serverIdentity(
  kind: string,
  config: Pick<ServerConfig, 'model' | 'revision' | 'dtype' | 'contextLength'>,
  facts: Partial<ServerFacts> & { server: string },
  settings: ModelIdentity['settings'] = {},
): ModelIdentity {
  return {
    kind,
    server: facts.server,
    model: config.model,
    revision: facts.revision || config.revision || 'unknown',
    dtype: facts.dtype || config.dtype,
    settings: { ...facts.settings, ...settings },
    tokenizer: null,
    contextLength: facts.contextLength ?? config.contextLength,
    bosId: null,
  }
}

/** Returns the settings that an embedding shows: dimension, and whether the server normalises. */
export function vectorSettings(vector: Float32Array): ModelIdentity['settings'] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return { dimension: vector.length, normalised: Math.abs(length - 1) < UNIT }
}

/** Returns the reasons why a session for one use lacks the other. */
export function otherUse(use: 'chat' | 'embeddings'): Partial<CapabilityTable> {
  const not = (name: string, other: string) =>
    ({ state: 'no', reason: `This backend is set up for ${name}; add one for ${other}.` }) as const
  if (use === 'chat') return { embed: not('chat', 'embeddings') }
  const no = not('embeddings', 'chat')
  return { chat: no, structured: no, outputLogprobs: no }
}

/** What a server of nothing but embeddings says of the rest. */
export const EMBEDS_ONLY = {
  missing: {
    ...otherUse('embeddings'),
    promptLogprobs: { state: 'no', reason: 'An embedding server returns no scores.' },
  },
  remedies: { embed: { remedy: 'Start the server with an embedding model.' } },
} as const satisfies Pick<ProbePort, 'missing' | 'remedies'>
