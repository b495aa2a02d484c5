import { errorCode } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import { chatCall, newDialect, type ChatVariant } from '../openai/chat'
import { WARM_UP_MS } from '../openai/limits'
import { embedCall } from '../openai/embeddings'
import {
  dialectSettings,
  plainLimits,
  portWithoutScores,
  serverIdentity,
  vectorSettings,
} from '../openai/session'
import type { ProbePort } from '@/lib/backends/probe/port'
import { keyOf, openServer } from '@/lib/backends/scoring/config'
import { listModels } from '@/lib/backends/scoring/models'
import {
  sessionTokenizer,
  type SessionTokenizer,
  type TokenizerRoutes,
} from '@/lib/backends/tokenizer'
import {
  GREEDY,
  type BackendSession,
  type EmbedReply,
  type GenerateReply,
} from '@/lib/backends/types'
import type { LlamaServerConfig } from './config'
import { judgeLlamaServer } from './errors'
import { llamaServerFacts } from './facts'
import { Gate } from './gate'
import { countPromptScores } from './no-scores'
import { tokenizerRoutes } from './tokenizer'

// The grammar may let the model write a code fence around the object, which is taken off finished replies only.
const FENCE_TOKENS = 32

/** How llama-server's chat route differs from OpenAI's. */
const LLAMA_CHAT: ChatVariant = {
  adapt(body, { params }) {
    const scored = params.topLogprobs !== null
    return {
      ...body,
      // A prompt continued from the cache is computed in other batches, which moves the scores.
      cache_prompt: !scored,
      // Zero alternatives would switch the scores off altogether.
      ...(scored ? { top_logprobs: Math.max(1, params.topLogprobs ?? 0) } : {}),
      ...(params.jsonSchema ? { max_tokens: params.maxTokens + FENCE_TOKENS } : {}),
    }
  },
}

/** Returns the result, or null where the server was not started for this use. */
async function ifOffered<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    if (errorCode(error) === 'capability_missing') return null
    throw error
  }
}

async function tokenizerOf(
  routes: TokenizerRoutes,
  signal?: AbortSignal,
): Promise<SessionTokenizer | string> {
  try {
    return (await sessionTokenizer({ file: null, routes }, signal)) ?? 'It has no tokenizer route.'
  } catch (error) {
    // Tokenizers of embedding models put marks at both ends.
    if (errorCode(error) !== 'capability_missing') throw error
    return (error as Error).message
  }
}

interface Parts {
  chat: ReturnType<typeof chatCall>
  first: GenerateReply | null
  embed: ReturnType<typeof embedCall>
  vectors: EmbedReply | null
}

async function warmUp(
  client: HttpClient,
  model: string,
  dialect: ReturnType<typeof newDialect>,
  signal?: AbortSignal,
): Promise<Parts> {
  const embed = embedCall(client, model)
  const vectors = await ifOffered(() => embed(['warm-up'], signal))
  const chat = chatCall(client, model, dialect, LLAMA_CHAT)
  const params = { ...GREEDY, maxTokens: 1 }
  const messages = [{ role: 'user', content: 'Say yes.' } as const]
  const first = await ifOffered(() => chat({ messages, params }, signal, WARM_UP_MS))
  dialect.settled = true
  return { chat, first, embed, vectors }
}

function missingOf(
  parts: Parts,
  tokenizer: SessionTokenizer | string,
  promptScores: string,
): ProbePort['missing'] {
  const noChat = {
    state: 'no',
    reason: 'The server was started for embeddings only.',
    remedy: 'Start a second one without --embeddings.',
  } as const
  return {
    promptLogprobs: {
      state: 'no',
      reason: promptScores,
      remedy:
        'For losses and IFD use vLLM, SGLang, or the embedded engine with the same GGUF file.',
    },
    ...(parts.first ? {} : { chat: noChat, structured: noChat, outputLogprobs: noChat }),
    ...(parts.vectors
      ? {}
      : {
          embed: {
            state: 'no',
            reason: 'Embeddings are not switched on.',
            remedy: 'Start a second server with an embedding model.',
            flag: '--embeddings --pooling mean -b 2048 -ub 2048',
          },
        }),
    ...(typeof tokenizer === 'string' ? { tokenize: { state: 'no', reason: tokenizer } } : {}),
  }
}

/**
 * Opens a llama-server, as both `open` and the probe use it. Its generated scores change with what else runs (recorded:
 * -1.14 alone, -1.01 among six), so requests for scores run alone.
 */
export async function connectLlamaServer(
  config: LlamaServerConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
  probing = false,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeLlamaServer)
  try {
    const facts = await llamaServerFacts(client, config.model, signal)
    const dialect = newDialect()
    const parts = await warmUp(client, facts.model, dialect, signal)
    const routes = tokenizerRoutes(client)
    const tokenizer = await tokenizerOf(routes, signal)
    const tokens = typeof tokenizer === 'string' ? null : tokenizer
    const gate = new Gate()
    const vector = parts.vectors?.vectors[0]
    const session: BackendSession = {
      identity: {
        ...serverIdentity('llama-server', { ...config, model: facts.model }, facts, {
          ...(parts.first ? dialectSettings(dialect) : {}),
          ...(vector ? { ...vectorSettings(vector), longTexts: 'refused' } : {}),
        }),
        tokenizer: tokens?.name ?? null,
        bosId: tokens?.bosId ?? null,
      },
      limits: plainLimits(Math.min(config.concurrency, facts.slots ?? config.concurrency)),
      ...(parts.first
        ? {
            generate: (request, abort) =>
              gate.run(
                request.params.topLogprobs !== null,
                () => parts.chat(request, abort),
                abort,
              ),
          }
        : {}),
      ...(vector ? { embed: parts.embed } : {}),
      ...(tokens ? { tokenize: tokens.tokenize } : {}),
      ...(tokens?.tokenTexts ? { tokenTexts: tokens.tokenTexts } : {}),
      describe: async (abort) => (await llamaServerFacts(client, facts.model, abort)).file,
      close: async () => client.close(),
    }
    const promptScores =
      probing && parts.first
        ? await countPromptScores(client, facts.model, signal)
        : 'The server does not return scores of given text.'
    const missing = missingOf(parts, tokenizer, promptScores)
    return {
      ...portWithoutScores(session, facts.model, keyOf(config, env), { missing, remedies: {} }),
      rawOutputScores: true,
      ...(tokens?.detokenize ? { detokenize: tokens.detokenize } : {}),
      models: async (abort) => (await listModels(client, abort)).map(({ id }) => id),
      withoutKey: (abort) => listModels(client, abort, true),
    }
  } catch (error) {
    client.close()
    throw error
  }
}
