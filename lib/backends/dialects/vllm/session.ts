import { errorCode } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import { chatCall, newDialect, WARM_UP_MS } from '../openai/chat'
import type { ProbePort } from '@/lib/backends/probe/port'
import { assemble } from '@/lib/backends/scoring/assemble'
import { openServer, unopenedIdentity } from '@/lib/backends/scoring/config'
import { firstWay } from '@/lib/backends/scoring/first-way'
import { chooseModel, listModels } from '@/lib/backends/scoring/models'
import { checkLengths } from '@/lib/backends/scoring/send'
import { statedFacts } from '@/lib/backends/scoring/stated-facts'
import { fieldsOf, idsOf, textOf } from '@/lib/backends/scoring/wire'
import {
  isTokenizer,
  tokenizerOrReason,
  type SessionTokenizer,
  type TokenizerRoutes,
} from '@/lib/backends/tokenizer'
import type { CapabilityState, ModelIdentity } from '@/lib/backends/types'
import type { VllmConfig } from './config'
import { judgeVllm } from './errors'
import { continueIds, scoreIds, scoreText, type ScoringTarget } from './score'
import { templateCall } from './template'

const QUICK_MS = 10_000
const SMALL_BYTES = 64 * 1024
// Ids of a text: at most one token a byte, written in up to eight characters.
const BYTES_PER_CHARACTER = 40
const SAFE_FLAGS = '--max-num-batched-tokens 2048 --gpu-memory-utilization 0.80'

async function serverVersion(client: HttpClient, signal?: AbortSignal): Promise<string> {
  try {
    const { json } = await client.send({
      method: 'GET',
      path: '/version',
      timeoutMs: QUICK_MS,
      maxBytes: SMALL_BYTES,
      signal,
    })
    return textOf(fieldsOf(json, 'the top').version)
  } catch (error) {
    // Services in front of vLLM may not pass the route on.
    if (errorCode(error) === 'capability_missing' || errorCode(error) === 'data_error') return ''
    throw error
  }
}

/** Returns the tokenizer routes of a vLLM server. */
function vllmRoutes(client: HttpClient, model: string): TokenizerRoutes {
  return {
    async tokenize(text, addSpecial, signal) {
      const { json } = await client.send({
        method: 'POST',
        path: '/tokenize',
        body: { model, prompt: text, add_special_tokens: addSpecial },
        timeoutMs: 3 * QUICK_MS,
        maxBytes: SMALL_BYTES + BYTES_PER_CHARACTER * text.length,
        signal,
      })
      return idsOf(fieldsOf(json, 'the top').tokens, 'tokens')
    },
    async detokenize(ids, signal) {
      const { json } = await client.send({
        method: 'POST',
        path: '/detokenize',
        body: { model, tokens: Array.from(ids) },
        timeoutMs: 3 * QUICK_MS,
        maxBytes: SMALL_BYTES + SMALL_BYTES * ids.length,
        signal,
      })
      const { prompt } = fieldsOf(json, 'the top')
      return typeof prompt === 'string' ? prompt : ''
    },
  }
}

/** Finds out how the server gives prompt scores; the first call may take as long as the warm-up of an engine. */
async function scoringWay(
  client: HttpClient,
  model: string,
  tokenizer: SessionTokenizer,
  signal?: AbortSignal,
): Promise<ScoringTarget | CapabilityState> {
  const sample = await tokenizer.tokenize(['a b c'], true, signal)
  const ways = (['prompt_logprobs', 'echo'] as const).map((way) => ({ client, model, way }))
  const found = await firstWay(ways, (target) => scoreIds(target, sample, signal, WARM_UP_MS))
  if ('way' in found) return found.way
  return {
    state: 'no',
    reason: `Neither prompt_logprobs nor echo gave scores: ${found.refused}`,
    remedy:
      'Start a generating vLLM server (not a pooling one), not behind a gateway that drops the parameter.',
    flag: `--runner generate ${SAFE_FLAGS}`,
  }
}

const NO_EMBEDDINGS: CapabilityState = {
  state: 'no',
  reason: 'A generating vLLM server has no embeddings route.',
  remedy:
    'Start a second server for an embedding model and add it as an OpenAI-compatible server for embeddings.',
  flag: '--runner pooling',
}

const REMEDIES: ProbePort['remedies'] = {
  promptLogprobs: {
    remedy: 'Keep the log-probabilities raw, and the scored chunks small.',
    flag: `--logprobs-mode raw_logprobs ${SAFE_FLAGS}`,
  },
  outputLogprobs: {
    remedy: 'Allow at least five alternatives a token.',
    flag: '--max-logprobs 20',
  },
  chat: {
    remedy: 'Serve a model with a chat template, or give one.',
    flag: '--chat-template FILE',
  },
}

const NO_TOKENIZER: CapabilityState = {
  state: 'no',
  reason: 'The server has no /tokenize route, and no tokenizer file is named.',
  remedy: "Let the gateway pass /tokenize on, or name the model's tokenizer.json in tokenizerFile.",
}

/** Opens a vLLM server: model, context length, tokenizer and the way it scores are settled before the first row. */
export async function openVllm(
  config: VllmConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeVllm)
  try {
    const version = await serverVersion(client, signal)
    const model = chooseModel(await listModels(client, signal), config.model)
    const contextLength = model.contextLength ?? config.contextLength
    // One generated token has to fit as well.
    const longestPrompt = contextLength === null ? null : contextLength - 1
    const found = await tokenizerOrReason(
      { file: config.tokenizerFile, routes: vllmRoutes(client, model.id) },
      NO_TOKENIZER,
      signal,
    )
    const tokenizer = isTokenizer(found) ? found : null
    const way = tokenizer
      ? await scoringWay(client, model.id, tokenizer, signal)
      : (found as CapabilityState)
    const target = 'client' in way ? way : null
    const chatIds = target ? await templateCall(client, model.id, signal) : null
    const identity: ModelIdentity = {
      ...unopenedIdentity('vllm', version ? `vLLM ${version}` : 'vLLM', config),
      model: model.id,
      settings: target ? { scoring: target.way } : {},
      tokenizer: tokenizer?.name ?? null,
      contextLength,
      bosId: tokenizer?.bosId ?? null,
    }
    const generate = chatCall(client, model.id, newDialect())
    return assemble({
      client,
      config,
      env,
      identity,
      model: model.id,
      generate: (request, abort) => generate(request, abort),
      tokenizer: found,
      chatIds,
      async describe(abort) {
        const listed = chooseModel(await listModels(client, abort), model.id)
        return statedFacts({ contextLength: listed.contextLength, place: listed.root })
      },
      score: target
        ? async (sequences, abort) => {
            checkLengths(sequences, longestPrompt)
            return scoreIds(target, sequences, abort)
          }
        : (way as CapabilityState),
      missing: { embed: NO_EMBEDDINGS },
      remedies: REMEDIES,
      textOnly: false,
      longestPrompt,
      ...(target
        ? {
            scoreTexts: (texts, abort) =>
              Promise.all(texts.map((text) => scoreText(target, text, abort))),
            continue: ({ ids }, count, abort) => continueIds(target, ids, count, abort),
          }
        : {}),
    })
  } catch (error) {
    client.close()
    throw error
  }
}
