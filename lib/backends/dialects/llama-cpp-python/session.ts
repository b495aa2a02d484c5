import { errorCode, errorMessage } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import type { HttpClient } from '@/lib/backends/http/client'
import { WARM_UP_MS } from '../openai/chat'
import type { ProbePort } from '@/lib/backends/probe/port'
import { assemble } from '@/lib/backends/scoring/assemble'
import { chatOf, schemaOf, type ChatDifferences } from '@/lib/backends/scoring/chat'
import { openServer, unopenedIdentity } from '@/lib/backends/scoring/config'
import { chooseModel, listModels } from '@/lib/backends/scoring/models'
import { mapParallel } from '@/lib/backends/scoring/parallel'
import { rememberTexts, refuseJoin } from '@/lib/backends/scoring/text-only'
import { isTokenizer, tokenizerOrReason } from '@/lib/backends/tokenizer'
import type { CapabilityState } from '@/lib/backends/types'
import type { LlamaCppPythonConfig } from './config'
import { judgeLlamaCppPython } from './errors'
import { continueText, echoText, readEcho, type Echo } from './score'
import { llamaCppPythonRoutes } from './tokens'

const SAMPLE = 'a b c'
const FLAG = '--logits_all true'

const SHIFTED: CapabilityState = {
  state: 'no',
  reason:
    'The model has no BOS in front of a text, and without one this server pairs every token with the scores after it: all values are off by one.',
  remedy:
    'Score with another server (vLLM, SGLang) or with the embedded engine, which takes the same GGUF file.',
}

const NO_TOKENIZER: CapabilityState = {
  state: 'no',
  reason: 'Its tokens are of use with prompt scores only, which the server does not give.',
  remedy: 'See the log-probabilities of given text.',
}

/** Its chat route takes a schema beside the type. */
const DIFFERENCES: ChatDifferences = {
  request: (body) =>
    body.response_format
      ? { ...body, response_format: { type: 'json_object', schema: schemaOf(body) } }
      : body,
}

/** Echoes a sample, or says why the server cannot. */
async function trial(
  client: HttpClient,
  model: string,
  signal?: AbortSignal,
): Promise<Echo | CapabilityState> {
  try {
    return await echoText(client, model, SAMPLE, signal, WARM_UP_MS)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'cancelled' || code === 'rate_limited' || code === 'backend_unavailable')
      throw error
    return {
      state: 'no',
      reason: errorMessage(error),
      remedy: 'Start the server so that it keeps the logits of all tokens.',
      flag: FLAG,
    }
  }
}

/** Opens a llama-cpp-python server. It scores text only, and only with a BOS, whose own place it never shows. */
export async function openLlamaCppPython(
  config: LlamaCppPythonConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeLlamaCppPython)
  try {
    const model = chooseModel(await listModels(client, signal), config.model).id
    const found = await trial(client, model, signal)
    const echo = 'state' in found ? null : found
    const aligned = echo !== null && echo.counted === echo.tokens.length + 1
    const listed = echo?.tokens.length ?? 0
    const cuts = await tokenizerOrReason(
      {
        file: null,
        ...(echo
          ? {
              routes: () =>
                llamaCppPythonRoutes(
                  client,
                  { text: SAMPLE, listed, counted: echo.counted },
                  signal,
                ),
            }
          : {}),
      },
      NO_TOKENIZER,
      signal,
    )
    const tokenizer = isTokenizer(cuts) ? cuts : null
    const source = tokenizer ? rememberTexts(tokenizer, `llama-cpp-python ${model}`) : null
    const refusal = 'state' in found ? found : aligned ? (cuts as CapabilityState) : SHIFTED
    return assemble({
      client,
      config,
      env,
      identity: {
        ...unopenedIdentity('llama-cpp-python', 'llama-cpp-python', config),
        model,
        settings: aligned ? { scoring: 'echo', hiddenBos: true } : {},
        tokenizer: tokenizer?.name ?? null,
      },
      model,
      generate: chatOf(client, model, DIFFERENCES),
      tokenizer: source?.tokenizer ?? cuts,
      score:
        aligned && source
          ? (sequences, abort) =>
              mapParallel(sequences, config.concurrency, async (ids) => {
                const text = await source.textOf(ids, abort)
                const found = await echoText(client, model, text, abort)
                if (found.tokens.length !== ids.length) refuseJoin(sequences.length > 1)
                return readEcho(found, ids.length)
              })
          : refusal,
      limits: { scoreBatchPrompts: 1 },
      remedies: {
        promptLogprobs: { remedy: 'Keep the logits of all tokens.', flag: FLAG },
        chat: { remedy: 'Name the chat format of the model.', flag: '--chat_format FORMAT' },
      },
      textOnly: true,
      longestPrompt: config.contextLength,
      continue: ({ text }, count, abort) => continueText(client, model, text, count, abort),
    })
  } catch (error) {
    client.close()
    throw error
  }
}
