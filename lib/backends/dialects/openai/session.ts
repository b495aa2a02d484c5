import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ProbePort } from '@/lib/backends/probe/port'
import { keyOf, openServer, type ServerConfig } from '@/lib/backends/scoring/config'
import { chooseModel, listModels } from '@/lib/backends/scoring/models'
import { statedFacts } from '@/lib/backends/scoring/stated-facts'
import {
  GREEDY,
  type BackendLimits,
  type BackendSession,
  type CapabilityTable,
  type ModelIdentity,
} from '@/lib/backends/types'
import { chatCall, newDialect, type Dialect } from './chat'
import { WARM_UP_MS } from './limits'
import type { OpenaiConfig } from './config'
import { embedCall } from './embeddings'
import { describeModel, type ServerFacts } from './server'

// A hosted service takes up to 256 texts a request; 32 keeps a refused batch cheap to split.
const EMBED_BATCH = 32
// Room for a vector of 4,096 numbers and more.
const UNIT = 1e-3

/** What sets a kind of server apart that speaks OpenAI's routes. */
export interface OpenaiFlavour {
  kind: string
  /** What the identity calls the server where it does not name itself. */
  server: string
  missing: ProbePort['missing']
  remedies: ProbePort['remedies']
  describe?(client: HttpClient, model: string, signal?: AbortSignal): Promise<Partial<ServerFacts>>
}

/** OpenAI and whatever is like it. */
export const OPENAI: OpenaiFlavour = {
  kind: 'openai',
  server: 'OpenAI-compatible',
  missing: {
    promptLogprobs: {
      state: 'no',
      reason: 'This kind of service does not return log-probabilities of given text.',
      remedy: 'For losses and IFD use vLLM, SGLang or the embedded engine.',
    },
    tokenize: { state: 'no', reason: 'The service has no tokenizer route.' },
  },
  remedies: {
    structured: {
      remedy:
        'Replies are parsed without a schema; a server or model that enforces one is stricter.',
    },
  },
  describe: describeModel,
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

/** Returns the identity's settings of a chat dialect, in a fixed order. */
export function dialectSettings(dialect: Dialect): ModelIdentity['settings'] {
  const dropped = [...dialect.dropped].sort().join(',')
  return { tokensField: dialect.tokensField, ...(dropped ? { droppedParameters: dropped } : {}) }
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

/** Returns the part of a probe port that all servers without prompt scores share. */
export function portWithoutScores(
  session: BackendSession,
  model: string | null,
  key: ProbePort['key'],
  flavour: Pick<OpenaiFlavour, 'missing' | 'remedies'>,
): ProbePort {
  return {
    session,
    model,
    missing: flavour.missing,
    remedies: flavour.remedies,
    textOnly: false,
    longestPrompt: null,
    rawOutputScores: false,
    key,
  }
}

/** Opens the chat session; one small call, which may take as long as the loading of a model, shows what it takes. */
async function openChat(
  client: HttpClient,
  config: OpenaiConfig,
  flavour: OpenaiFlavour,
  facts: Partial<ServerFacts>,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<BackendSession> {
  const dialect = newDialect()
  const generate = chatCall(client, config.model, dialect)
  const first = await generate(
    { messages: [{ role: 'user', content: 'Say yes.' }], params: { ...GREEDY, maxTokens: 1 } },
    signal,
    WARM_UP_MS,
  )
  dialect.settled = true
  if (dialect.dropped.size > 0) {
    env.log('the server refuses parameters', { dropped: [...dialect.dropped] })
  }
  const identity = serverIdentity(
    flavour.kind,
    { ...config, model: first.model || config.model },
    // What the server says of long texts is about embeddings.
    { server: flavour.server, ...facts, settings: {} },
    dialectSettings(dialect),
  )
  return {
    identity,
    limits: plainLimits(config.concurrency),
    generate: (request, abort) => generate(request, abort),
    ...restated(client, config.model, flavour, facts),
    close: async () => client.close(),
  }
}

/** Returns the call that states the number format again, where the server stated one. */
function restated(
  client: HttpClient,
  model: string,
  flavour: OpenaiFlavour,
  facts: Partial<ServerFacts>,
): Pick<BackendSession, 'describe'> {
  const { describe } = flavour
  if (!describe || !facts.dtype) return {}
  return {
    describe: async (signal) =>
      statedFacts({ dtype: (await describe(client, model, signal)).dtype }),
  }
}

async function openEmbeddings(
  client: HttpClient,
  config: OpenaiConfig,
  flavour: OpenaiFlavour,
  facts: Partial<ServerFacts>,
  signal?: AbortSignal,
): Promise<BackendSession> {
  const embed = embedCall(client, config.model)
  const { vectors } = await embed(['warm-up'], signal)
  const settings = vectorSettings(vectors[0] ?? new Float32Array())
  return {
    identity: serverIdentity(flavour.kind, config, { server: flavour.server, ...facts }, settings),
    limits: plainLimits(config.concurrency),
    embed,
    ...restated(client, config.model, flavour, facts),
    close: async () => client.close(),
  }
}

/** Returns the name to ask for; "default" stands for the only model that the server lists. */
async function nameOf(client: HttpClient, wanted: string, signal?: AbortSignal): Promise<string> {
  return wanted === 'default' ? chooseModel(await listModels(client, signal), wanted).id : wanted
}

/** Opens a server that speaks OpenAI's routes, as both `open` and the probe use it. */
export async function connectOpenai(
  settings: OpenaiConfig,
  env: NetworkEnvironment,
  flavour: OpenaiFlavour,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(settings, env)
  try {
    const config = { ...settings, model: await nameOf(client, settings.model, signal) }
    const facts = (await flavour.describe?.(client, config.model, signal)) ?? {}
    const session =
      config.use === 'chat'
        ? await openChat(client, config, flavour, facts, env, signal)
        : await openEmbeddings(client, config, flavour, facts, signal)
    const { missing, remedies } = flavour
    const key = keyOf(config, env)
    return {
      ...portWithoutScores(session, config.model, key, {
        missing: { ...missing, ...otherUse(config.use) },
        remedies,
      }),
      models: async (abort) => (await listModels(client, abort)).map(({ id }) => id),
      withoutKey: (abort) => listModels(client, abort, true),
    }
  } catch (error) {
    client.close()
    throw error
  }
}
