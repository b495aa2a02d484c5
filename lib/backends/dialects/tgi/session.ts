import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import { WARM_UP_MS } from '../openai/chat'
import type { ProbePort } from '@/lib/backends/probe/port'
import { assemble } from '@/lib/backends/scoring/assemble'
import { chatOf, schemaOf, type ChatDifferences } from '@/lib/backends/scoring/chat'
import { openServer, unopenedIdentity } from '@/lib/backends/scoring/config'
import { mapParallel } from '@/lib/backends/scoring/parallel'
import { statedFacts } from '@/lib/backends/scoring/stated-facts'
import { refuseJoin, rememberTexts } from '@/lib/backends/scoring/text-only'
import { countOf, fieldsOf, textOf } from '@/lib/backends/scoring/wire'
import { isTokenizer, tokenizerOrReason } from '@/lib/backends/tokenizer'
import type { CapabilityState } from '@/lib/backends/types'
import type { TgiConfig } from './config'
import { judgeTgi } from './errors'
import { continueText, scoreText } from './score'
import { tgiRoutes } from './tokens'

const QUICK_MS = 10_000
const INFO_BYTES = 64 * 1024
const SAMPLE = 'a b c'
const FLAG = '--enable-prefill-logprobs'

const NO_TOKENIZER: CapabilityState = {
  state: 'no',
  reason: 'The server has no /tokenize route.',
  remedy: 'Update the server (text-generation-inference 1.4 or later).',
}

/** TGI's chat route: schemas in its own form, no temperature of 0, a share of 1 refused, no top-k and min-p. */
const DIFFERENCES: ChatDifferences = {
  request(body) {
    const { top_k: topK, min_p: minP, response_format: format, ...rest } = body
    if (topK !== 0 || minP !== 0) {
      throw new AppError(
        'capability_missing',
        "TGI's chat route has no top-k and no min-p. Set both to 0.",
      )
    }
    if (rest.top_p === 1) delete rest.top_p
    if (rest.temperature === 0) delete rest.temperature
    return format ? { ...rest, response_format: { type: 'json', value: schemaOf(body) } } : rest
  },
}

async function readInfo(client: HttpClient, signal?: AbortSignal, withoutKey = false) {
  const { json } = await client.send({
    method: 'GET',
    path: '/info',
    withoutKey,
    timeoutMs: QUICK_MS,
    maxBytes: INFO_BYTES,
    signal,
  })
  return fieldsOf(json, 'the top')
}

/** Returns the ids that the server scores for a sample, or why it scores nothing. */
async function trial(
  client: HttpClient,
  signal?: AbortSignal,
): Promise<Int32Array | CapabilityState> {
  try {
    return (await scoreText(client, SAMPLE, signal, WARM_UP_MS)).ids
  } catch (error) {
    const code = errorCode(error)
    if (code === 'cancelled' || code === 'backend_unavailable' || code === 'rate_limited')
      throw error
    return {
      state: 'no',
      reason: errorMessage(error),
      remedy: 'Start the server with log-probabilities of the prompt switched on.',
      flag: FLAG,
    }
  }
}

/** Opens a TGI server. It scores text only: a row is scored where its text has exactly the tokens asked for. */
export async function openTgi(
  config: TgiConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeTgi)
  try {
    const info = await readInfo(client, signal)
    const model = textOf(info.model_id) || config.model
    const sha = textOf(info.model_sha)
    const version = textOf(info.version)
    const contextLength = countOf(info.max_total_tokens) ?? config.contextLength
    const found = await trial(client, signal)
    const scored = found instanceof Int32Array ? found : null
    const cuts = await tokenizerOrReason(
      { file: config.tokenizerFile, routes: () => tgiRoutes(client, SAMPLE, scored, signal) },
      NO_TOKENIZER,
      signal,
    )
    const tokenizer = isTokenizer(cuts) ? cuts : null
    const source = tokenizer ? rememberTexts(tokenizer, `tgi ${model}`) : null
    return assemble({
      client,
      config,
      env,
      identity: {
        ...unopenedIdentity('tgi', `TGI ${version}`.trim(), config),
        model,
        revision: config.revision === 'unknown' && sha ? sha : config.revision,
        dtype: config.dtype === 'unknown' ? textOf(info.model_dtype) || 'unknown' : config.dtype,
        tokenizer: tokenizer?.name ?? null,
        contextLength,
        bosId: tokenizer?.bosId ?? null,
      },
      // The server has one model and takes any name.
      model: null,
      models: async (abort) => [textOf((await readInfo(client, abort)).model_id)],
      withoutKey: (abort) => readInfo(client, abort, true),
      async describe(abort) {
        const now = await readInfo(client, abort)
        return statedFacts({
          model: textOf(now.model_id),
          revision: textOf(now.model_sha),
          dtype: textOf(now.model_dtype),
        })
      },
      generate: chatOf(client, model, DIFFERENCES),
      tokenizer: source?.tokenizer ?? cuts,
      score:
        scored && source
          ? (sequences, abort) =>
              mapParallel(sequences, config.concurrency, async (ids) => {
                const text = await source.textOf(ids, abort)
                const prefill = await scoreText(client, text, abort)
                const same =
                  prefill.ids.length === ids.length && ids.every((id, i) => id === prefill.ids[i])
                return same ? prefill.scores : refuseJoin(sequences.length > 1)
              })
          : ((scored ? cuts : found) as CapabilityState),
      limits: { scoreBatchPrompts: 1 },
      remedies: { promptLogprobs: { remedy: 'Check the launch options.', flag: FLAG } },
      textOnly: true,
      longestPrompt: countOf(info.max_input_tokens),
      scoreTexts: (texts, abort) => mapParallel(texts, 1, (text) => scoreText(client, text, abort)),
      continue: ({ text }, count, abort) => continueText(client, text, count, abort),
    })
  } catch (error) {
    client.close()
    throw error
  }
}
