import { errorCode, errorMessage } from '@/lib/errors'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import { WARM_UP_MS } from '../openai/chat'
import type { ProbePort } from '@/lib/backends/probe/port'
import { assemble } from '@/lib/backends/scoring/assemble'
import { chatOf, withContent } from '@/lib/backends/scoring/chat'
import { openServer, unopenedIdentity } from '@/lib/backends/scoring/config'
import { findModel, listModels } from '@/lib/backends/scoring/models'
import { mapParallel } from '@/lib/backends/scoring/parallel'
import { checkLengths } from '@/lib/backends/scoring/send'
import { CHECK_TEXT, isTokenizer, tokenizerOrReason } from '@/lib/backends/tokenizer'
import type { CapabilityState } from '@/lib/backends/types'
import type { FireworksConfig } from './config'
import { judgeFireworks } from './errors'
import { continueIds, scoreIds, scoreText } from './score'

const NO_TOKENIZER: CapabilityState = {
  state: 'no',
  reason: 'The service has no tokenizer route, and no tokenizer file is named.',
  remedy: "Name the model's tokenizer.json in tokenizerFile; it is checked against the service.",
}

type Client = Parameters<typeof scoreText>[0]

/** Echoes the check text: the ids that the service makes of it and the model that answers, or why it cannot. */
async function trial(
  client: Client,
  model: string,
  signal?: AbortSignal,
): Promise<{ ids: Int32Array; replied: string } | CapabilityState> {
  try {
    const echo = await scoreText(client, model, CHECK_TEXT, signal, WARM_UP_MS)
    return { ids: echo.ids, replied: echo.model || model }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'cancelled' || code === 'backend_unavailable' || code === 'rate_limited')
      throw error
    return {
      state: 'no',
      reason: errorMessage(error),
      remedy: 'Not every model of the service echoes scores; try another.',
    }
  }
}

/** Opens a model of Fireworks, which scores ids by echo. */
export async function openFireworks(
  config: FireworksConfig,
  env: NetworkEnvironment,
  signal?: AbortSignal,
): Promise<ProbePort> {
  const client = openServer(config, env, judgeFireworks)
  try {
    const { id: model, contextLength } = findModel(await listModels(client, signal), config)
    // Without the file nothing could be scored, so nothing is spent on finding out.
    const found = config.tokenizerFile === null ? NO_TOKENIZER : await trial(client, model, signal)
    const ready = 'replied' in found ? found : null
    const cuts = await tokenizerOrReason(
      { file: config.tokenizerFile, ...(ready ? { serverIds: async () => ready.ids } : {}) },
      NO_TOKENIZER,
      signal,
    )
    const tokenizer = isTokenizer(cuts) ? cuts : null
    const target = ready && tokenizer ? { client, model, replied: ready.replied } : null
    const longestPrompt = contextLength === null ? null : contextLength - 1
    return assemble({
      client,
      config,
      env,
      identity: {
        ...unopenedIdentity('fireworks', 'Fireworks', config),
        model: ready?.replied ?? model,
        settings: ready ? { scoring: 'echo' } : {},
        tokenizer: tokenizer?.name ?? null,
        contextLength,
        bosId: tokenizer?.bosId ?? null,
      },
      model,
      generate: chatOf(client, model, { reply: withContent }),
      tokenizer: cuts,
      score: target
        ? async (sequences, abort) => {
            checkLengths(sequences, longestPrompt)
            return scoreIds(target, sequences, abort)
          }
        : ((ready ? cuts : found) as CapabilityState),
      textOnly: false,
      longestPrompt,
      scoreTexts: (texts, abort) =>
        mapParallel(texts, 1, (text) => scoreText(client, model, text, abort)),
      continue: ({ ids }, count, abort) => continueIds(client, model, ids, count, abort),
    })
  } catch (error) {
    client.close()
    throw error
  }
}
