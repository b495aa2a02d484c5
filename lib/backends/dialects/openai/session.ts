import { z } from 'zod'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import type { ProbePort } from '@/lib/backends/probe/port'
import { askIfOffered } from '@/lib/backends/scoring/ask'
import { chooseModel, listModels, statedFacts } from '@/lib/backends/scoring/models'
import {
  FIRST_CHAT,
  otherUse,
  plainLimits,
  serverIdentity,
  vectorSettings,
  type ServerFacts,
} from '@/lib/backends/scoring/plain-server'
import { openPort, type PortParts } from '@/lib/backends/scoring/port'
import { routesTokenizer, type TokenizerRoutes } from '@/lib/backends/tokenizer'
import type { ModelIdentity } from '@/lib/backends/types'
import { chatCall, newDialect, type ChatVariant, type Dialect } from './chat'
import type { OpenaiConfig } from './config'
import { embedCall } from './embeddings'
import { WARM_UP_MS } from './limits'
import { modelsReplySchema } from './wire'

/** What sets a kind of server apart that speaks OpenAI's routes. */
export interface OpenaiFlavour {
  kind: string
  /** What the identity calls the server where it does not name itself. */
  server: string
  missing: ProbePort['missing']
  remedies: ProbePort['remedies']
  classify?: ClassifyError
  chat?: ChatVariant
  /** Its tokenizer routes, where it has any. */
  routes?(client: HttpClient): TokenizerRoutes
  describe?(client: HttpClient, model: string, signal?: AbortSignal): Promise<Partial<ServerFacts>>
}

const versionSchema = z.object({ version: z.string().max(100) })

/** What an OpenAI-compatible server says of a model: vLLM tells its version and the context length. */
const describeModel: OpenaiFlavour['describe'] = async (client, model, signal) => {
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

/** Returns the identity's settings of a chat dialect, in a fixed order. */
export function dialectSettings(dialect: Dialect): ModelIdentity['settings'] {
  const dropped = [...dialect.dropped].sort().join(',')
  return { tokensField: dialect.tokensField, ...(dropped ? { droppedParameters: dropped } : {}) }
}

/** Opens the chat session; one small call, which may take as long as the loading of a model, shows what it takes. */
async function openChat(
  client: HttpClient,
  config: OpenaiConfig,
  flavour: OpenaiFlavour,
  facts: Partial<ServerFacts>,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<PortParts['session']> {
  const dialect = newDialect()
  const generate = chatCall(client, config.model, dialect, flavour.chat)
  const first = await generate(FIRST_CHAT, signal, WARM_UP_MS)
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
  }
}

async function openEmbeddings(
  client: HttpClient,
  config: OpenaiConfig,
  flavour: OpenaiFlavour,
  facts: Partial<ServerFacts>,
  signal?: AbortSignal,
): Promise<PortParts['session']> {
  const embed = embedCall(client, config.model)
  const { vectors } = await embed(['warm-up'], signal)
  const settings = vectorSettings(vectors[0] ?? new Float32Array())
  return {
    identity: serverIdentity(flavour.kind, config, { server: flavour.server, ...facts }, settings),
    limits: plainLimits(config.concurrency),
    embed,
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
  return openPort(settings, env, flavour.classify, async (client) => {
    const model = await nameOf(client, settings.model, signal)
    const config = { ...settings, model }
    const { describe, routes } = flavour
    const facts = (await describe?.(client, model, signal)) ?? {}
    const session =
      config.use === 'chat'
        ? await openChat(client, config, flavour, facts, env, signal)
        : await openEmbeddings(client, config, flavour, facts, signal)
    return {
      session: {
        ...session,
        // The number format is stated again where the server stated one.
        ...(describe && facts.dtype
          ? {
              describe: async (abort?: AbortSignal) =>
                statedFacts({ dtype: (await describe(client, model, abort)).dtype }),
            }
          : {}),
      },
      ...(routes ? { tokenizer: await routesTokenizer(routes(client), signal) } : {}),
      model,
      missing: { ...otherUse(config.use), ...flavour.missing },
      remedies: flavour.remedies,
    }
  })
}
