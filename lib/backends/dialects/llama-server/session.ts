import { errorCode } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import type { ProbePort } from '@/lib/backends/probe/port'
import type { ServerConfig } from '@/lib/backends/scoring/config'
import {
  FIRST_CHAT,
  plainLimits,
  serverIdentity,
  vectorSettings,
} from '@/lib/backends/scoring/plain-server'
import type { Connect } from '@/lib/backends/scoring/define'
import { openPort } from '@/lib/backends/scoring/port'
import { routesTokenizer } from '@/lib/backends/tokenizer'
import { idsUnder, routesOf, textUnder } from '@/lib/backends/tokenizer/routes'
import type { EmbedReply, GenerateReply } from '@/lib/backends/types'
import { chatCall, newDialect, type ChatVariant } from '../openai/chat'
import { embedCall } from '../openai/embeddings'
import { WARM_UP_MS } from '../openai/limits'
import { dialectSettings } from '../openai/session'
import { llamaServerFacts } from './facts'
import { Gate } from './gate'
import { countPromptScores } from './no-scores'

// The grammar may let the model write a code fence around the object, which is taken off finished replies only.
const FENCE_TOKENS = 32

/** What llama-server's errors mean where the general rules do not know it. */
export const classifyLlamaServer: ClassifyError = ({ status, type, message, isList }) => {
  if (status === 501 && /embeddings/i.test(message)) {
    return {
      kind: 'config',
      reason: 'not_offered',
      code: 'capability_missing',
      message: 'The server was started for another use.',
    }
  }
  // Client mistakes arrive as 500; an embedding text above the physical batch is one of them.
  if (status === 500 && /too large to process/i.test(message)) {
    return {
      kind: isList ? 'split' : 'row',
      reason: 'too_long',
      message:
        'The text is longer than the physical batch. Start the server with larger -b and -ub, for example 2048.',
    }
  }
  if (type === 'exceed_context_size_error') {
    return {
      kind: isList ? 'split' : 'row',
      reason: 'too_long',
      message:
        "The text is longer than a slot's context. Start the server with a larger -c, or fewer -np.",
    }
  }
  return null
}

/** How llama-server's chat route differs from OpenAI's. */
const LLAMA_CHAT: ChatVariant = {
  request(body, { params }) {
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

function llamaRoutes(client: HttpClient) {
  return routesOf(client, {
    tokenize: {
      path: '/tokenize',
      body: (text, addSpecial) => ({ content: text, add_special: addSpecial }),
      read: idsUnder('tokens'),
    },
    detokenize: {
      path: '/detokenize',
      body: (tokens) => ({ tokens }),
      read: textUnder('content'),
    },
  })
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
  const first = await ifOffered(() => chat(FIRST_CHAT, signal, WARM_UP_MS))
  dialect.settled = true
  return { chat, first, embed, vectors }
}

function missingOf(parts: Parts, promptScores: string): ProbePort['missing'] {
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
  }
}

/**
 * Opens a llama-server, as both `open` and the probe use it. Its generated scores change with what else runs (recorded:
 * -1.14 alone, -1.01 among six), so requests for scores run alone.
 */
export const connectLlamaServer: Connect<ServerConfig> = (config, env, signal, probing) =>
  openPort(config, env, classifyLlamaServer, async (client) => {
    const facts = await llamaServerFacts(client, config.model, signal)
    const { model } = facts
    const dialect = newDialect()
    const parts = await warmUp(client, model, dialect, signal)
    const tokenizer = await routesTokenizer(llamaRoutes(client), signal)
    const gate = new Gate()
    const vector = parts.vectors?.vectors[0]
    const promptScores =
      probing && parts.first
        ? await countPromptScores(client, model, signal)
        : 'The server does not return scores of given text.'
    return {
      session: {
        identity: serverIdentity('llama-server', { ...config, model }, facts, {
          ...(parts.first ? dialectSettings(dialect) : {}),
          ...(vector ? { ...vectorSettings(vector), longTexts: 'refused' } : {}),
        }),
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
        describe: async (abort) => (await llamaServerFacts(client, model, abort)).file,
      },
      tokenizer,
      model,
      missing: missingOf(parts, promptScores),
      remedies: {},
      rawOutputScores: true,
    }
  })
