import { errorCode, errorMessage } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import { WARM_UP_MS } from '../openai/chat'
import type { ProbePort } from '@/lib/backends/probe/port'
import { assemble } from '@/lib/backends/scoring/assemble'
import { chatOf, withContent } from '@/lib/backends/scoring/chat'
import { openServer, unopenedIdentity } from '@/lib/backends/scoring/config'
import { findModel, listModels } from '@/lib/backends/scoring/models'
import { mapParallel } from '@/lib/backends/scoring/parallel'
import { rememberTexts } from '@/lib/backends/scoring/text-only'
import {
  CHECK_TEXT,
  isTokenizer,
  tokenizerOrReason,
  type SessionTokenizer,
} from '@/lib/backends/tokenizer'
import type { CapabilityState } from '@/lib/backends/types'
import type { TogetherConfig } from './config'
import { continueText, echoText, listingOf, readEcho, scoreText, type Listing } from './score'

const NO_TOKENIZER: CapabilityState = {
  state: 'no',
  reason: 'The service has no tokenizer route, and no tokenizer file is named.',
  remedy: "Name the model's tokenizer.json in tokenizerFile; it is checked against the service.",
}

interface Trial {
  replied: string
  listing: Listing
}

/** Echoes the check text, and compares it with the tokenizer file. */
async function trial(
  client: Parameters<typeof echoText>[0],
  model: string,
  tokenizer: SessionTokenizer,
  signal?: AbortSignal,
): Promise<Trial | CapabilityState> {
  try {
    const echo = await echoText(client, model, CHECK_TEXT, signal, WARM_UP_MS)
    const [ids] = (await tokenizer.tokenize([CHECK_TEXT], true, signal)) as [Int32Array]
    const listing = listingOf(echo, ids, tokenizer.bosId)
    readEcho(echo, listing === 'hidden' ? ids.subarray(1) : ids, CHECK_TEXT, listing)
    return { replied: echo.model, listing }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'cancelled' || code === 'backend_unavailable' || code === 'rate_limited')
      throw error
    return {
      state: 'no',
      reason: errorMessage(error),
      remedy:
        'Not every model of the service echoes scores, and the tokenizer file must be its own.',
    }
  }
}

/** A tokenizer whose BOS never shows: seen from outside it adds none. */
function withoutBos(tokenizer: SessionTokenizer): SessionTokenizer {
  return {
    ...tokenizer,
    bosId: null,
    tokenize: (texts, _addSpecial, signal) => tokenizer.tokenize(texts, false, signal),
  }
}

/** Opens a model of Together. It scores text only: a row is scored where its text has exactly the tokens asked for. */
export async function openTogether(
  config: TogetherConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env)
  try {
    const { id: model, contextLength } = findModel(await listModels(client, signal), config)
    const cuts = await tokenizerOrReason({ file: config.tokenizerFile }, NO_TOKENIZER, signal)
    const file = isTokenizer(cuts) ? cuts : null
    const found = file ? await trial(client, model, file, signal) : (cuts as CapabilityState)
    const ready = 'listing' in found ? found : null
    const tokenizer = file && ready?.listing === 'hidden' ? withoutBos(file) : file
    const source = tokenizer ? rememberTexts(tokenizer, `together ${model}`) : null
    const target = ready ? { client, model, ...ready } : null
    return assemble({
      client,
      config,
      env,
      identity: {
        ...unopenedIdentity('together', 'Together', config),
        model: ready?.replied || model,
        settings: ready
          ? { scoring: 'echo', ...(ready.listing === 'hidden' ? { hiddenBos: true } : {}) }
          : {},
        tokenizer: tokenizer?.name ?? null,
        contextLength,
        bosId: tokenizer?.bosId ?? null,
      },
      model,
      generate: chatOf(client, model, {
        // The number of alternatives stands in the place of the switch, and scores come as parallel lists.
        request: ({ logprobs, top_logprobs: count, ...body }) =>
          logprobs === true ? { ...body, logprobs: Math.max(1, Number(count)) } : body,
        reply: withContent,
      }),
      tokenizer: source?.tokenizer ?? cuts,
      score:
        target && source
          ? (sequences, abort) =>
              mapParallel(sequences, config.concurrency, async (ids) =>
                scoreText(target, await source.textOf(ids, abort), ids, abort),
              )
          : (found as CapabilityState),
      limits: { scoreBatchPrompts: 1 },
      textOnly: true,
      longestPrompt: contextLength === null ? null : contextLength - 1,
      continue: ({ text }, count, abort) => continueText(client, model, text, count, abort),
    })
  } catch (error) {
    client.close()
    throw error
  }
}
