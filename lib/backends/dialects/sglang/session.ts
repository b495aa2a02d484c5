import { errorCode } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import { WARM_UP_MS } from '../openai/chat'
import type { ProbePort } from '@/lib/backends/probe/port'
import { assemble } from '@/lib/backends/scoring/assemble'
import { chatOf } from '@/lib/backends/scoring/chat'
import { openServer, unopenedIdentity } from '@/lib/backends/scoring/config'
import { firstWay } from '@/lib/backends/scoring/first-way'
import { chooseModel, listModels } from '@/lib/backends/scoring/models'
import { checkLengths } from '@/lib/backends/scoring/send'
import { statedFacts } from '@/lib/backends/scoring/stated-facts'
import { countOf, fieldsOf, idsOf, textOf } from '@/lib/backends/scoring/wire'
import {
  isTokenizer,
  tokenizerOrReason,
  type SessionTokenizer,
  type TokenizerRoutes,
} from '@/lib/backends/tokenizer'
import type { CapabilityState } from '@/lib/backends/types'
import type { SglangConfig } from './config'
import { judgeSglang } from './errors'
import { continueIds, scoreIds, scoreText, type SglangTarget } from './score'

const QUICK_MS = 10_000
const SMALL_BYTES = 256 * 1024
const BYTES_PER_CHARACTER = 40
const SAFE_FLAGS = '--mem-fraction-static 0.7 --chunked-prefill-size 2048'

const NO_TOKENIZER: CapabilityState = {
  state: 'no',
  reason: 'The server has no /tokenize route, and no tokenizer file is named.',
  remedy: "Update SGLang, or name the model's tokenizer.json in tokenizerFile.",
}

async function get(client: HttpClient, path: string, signal?: AbortSignal) {
  try {
    const { json } = await client.send({
      method: 'GET',
      path,
      timeoutMs: QUICK_MS,
      maxBytes: SMALL_BYTES,
      signal,
    })
    return fieldsOf(json, 'the top')
  } catch (error) {
    // Not every version has every route of information.
    if (errorCode(error) === 'capability_missing' || errorCode(error) === 'data_error') return {}
    throw error
  }
}

function routesOf(client: HttpClient, model: string): TokenizerRoutes {
  const post = async (
    path: string,
    body: Record<string, unknown>,
    size: number,
    signal?: AbortSignal,
  ) =>
    fieldsOf(
      (
        await client.send({
          method: 'POST',
          path,
          body: { model, ...body },
          timeoutMs: 3 * QUICK_MS,
          maxBytes: SMALL_BYTES + BYTES_PER_CHARACTER * size,
          signal,
        })
      ).json,
      'the top',
    )
  return {
    async tokenize(text, addSpecial, signal) {
      const body = { prompt: text, add_special_tokens: addSpecial }
      return idsOf((await post('/tokenize', body, text.length, signal)).tokens, 'tokens')
    },
    async detokenize(ids, signal) {
      const body = { tokens: Array.from(ids), skip_special_tokens: false }
      const reply = await post('/detokenize', body, ids.length, signal)
      const text = reply.text ?? reply.prompt
      return typeof text === 'string' ? text : ''
    },
  }
}

/** Finds out how many new tokens a scoring request must ask for; the first call may take as long as a warm-up. */
async function findTarget(
  client: HttpClient,
  tokenizer: SessionTokenizer,
  signal?: AbortSignal,
): Promise<SglangTarget | CapabilityState> {
  const sample = await tokenizer.tokenize(['a b c'], true, signal)
  const ways = ([0, 1] as const).map((newTokens) => ({ client, newTokens }))
  const found = await firstWay(ways, (target) => scoreIds(target, sample, signal, WARM_UP_MS))
  if ('way' in found) return found.way
  return {
    state: 'no',
    reason: `/generate gave no scores of the prompt: ${found.refused}`,
    remedy:
      'Serve a generating model, and do not put a gateway in front that drops return_logprob.',
    flag: SAFE_FLAGS,
  }
}

/** Opens an SGLang server: model, tokenizer and the way it scores are settled before the first row. */
export async function openSglang(
  config: SglangConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeSglang)
  try {
    const server = await get(client, '/get_server_info', signal)
    const model = chooseModel(await listModels(client, signal), config.model)
    const contextLength =
      model.contextLength ?? countOf(server.context_length) ?? config.contextLength
    const longestPrompt = contextLength === null ? null : contextLength - 1
    const cuts = await tokenizerOrReason(
      { file: config.tokenizerFile, routes: routesOf(client, model.id) },
      NO_TOKENIZER,
      signal,
    )
    const tokenizer = isTokenizer(cuts) ? cuts : null
    const found = tokenizer
      ? await findTarget(client, tokenizer, signal)
      : (cuts as CapabilityState)
    const target = 'client' in found ? found : null
    const version = textOf(server.version)
    return assemble({
      client,
      config,
      env,
      identity: {
        ...unopenedIdentity('sglang', version ? `SGLang ${version}` : 'SGLang', config),
        model: model.id,
        tokenizer: tokenizer?.name ?? null,
        contextLength,
        bosId: tokenizer?.bosId ?? null,
      },
      model: model.id,
      async describe(abort) {
        const { dtype, quantization, model_path } = await get(client, '/get_server_info', abort)
        return statedFacts({
          dtype: textOf(dtype),
          quantisation: textOf(quantization),
          place: textOf(model_path),
        })
      },
      generate: chatOf(client, model.id),
      tokenizer: cuts,
      score: target
        ? async (sequences, abort) => {
            // Its refusals do not say what was wrong, so lengths are compared here.
            checkLengths(sequences, longestPrompt)
            return scoreIds(target, sequences, abort)
          }
        : (found as CapabilityState),
      missing: {
        embed: {
          state: 'no',
          reason: 'A generating SGLang server has no embeddings.',
          remedy: 'Start a second server for an embedding model and add it as OpenAI-compatible.',
          flag: '--is-embedding',
        },
      },
      remedies: {
        promptLogprobs: {
          remedy: 'Scoring from the first token bypasses the prefix cache; keep the chunks small.',
          flag: SAFE_FLAGS,
        },
      },
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
