import { errorCode, errorMessage } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import { askIfOffered } from '@/lib/backends/scoring/ask'
import type { Connect } from '@/lib/backends/scoring/define'
import { chooseModel, listModels, statedFacts } from '@/lib/backends/scoring/models'
import { mapParallel } from '@/lib/backends/scoring/parallel'
import { plainLimits, serverIdentity } from '@/lib/backends/scoring/plain-server'
import { openPort } from '@/lib/backends/scoring/port'
import { isPausing, requestError } from '@/lib/backends/session/request-error'
import { REWARD_PAIRS } from '@/lib/backends/session/fingerprint'
import type { CapabilityState, RewardPair } from '@/lib/backends/types'
import { WARM_UP_MS } from '../openai/limits'
import { modelsReplySchema } from '../openai/wire'
import type { RewardConfig } from './config'
import { REWARD_ROUTES, type RouteId } from './routes'

// A number and some words about it.
const MAX_BYTES = 1024 * 1024
// A reward is one pass over a text; the first one may load the model.
const TIMEOUT_MS = 180_000

const FITS: Record<string, readonly RouteId[]> = {
  vllm: ['pooling', 'classify'],
  sglang: ['sglang'],
  llamacpp: ['rerank'],
}
const ALL: readonly RouteId[] = ['pooling', 'classify', 'sglang', 'rerank']

/** What refusals of a text mean; the general rules know the rest. */
const classifyReward: ClassifyError = ({ status, message }) => {
  const isLong = /maximum (?:model|context) length|context length|too (?:long|large)|longer than/i
  if ((status === 400 || status === 413 || status === 500) && isLong.test(message)) {
    return { kind: 'row', reason: 'too_long' }
  }
  return null
}

const NOT_THIS: CapabilityState = {
  state: 'no',
  reason: 'A reward server gives rewards only.',
  remedy: 'Add a second backend of another kind for it.',
}

type Ask = (pair: RewardPair, signal?: AbortSignal, timeoutMs?: number) => Promise<number>

function askBy(client: HttpClient, id: RouteId, model: string, template: string): Ask {
  const { path, body, read } = REWARD_ROUTES[id]
  return async (pair, signal, timeoutMs = TIMEOUT_MS) => {
    const { json } = await client.send({
      method: 'POST',
      path,
      body: body(pair, model, template),
      isList: false,
      timeoutMs,
      maxBytes: MAX_BYTES,
      signal,
    })
    return read(json)
  }
}

/** Returns the first way in which the server gives a reward; throws how it refused each. */
async function settleRoute(
  client: HttpClient,
  config: RewardConfig,
  model: string,
  owner: string,
  signal?: AbortSignal,
): Promise<{ id: RouteId; ask: Ask }> {
  const fitting = config.route === 'auto' ? (FITS[owner] ?? ALL) : [config.route]
  const refusals: string[] = []
  for (const id of fitting) {
    if (REWARD_ROUTES[id].needsTemplate && config.template === '') {
      refusals.push(`${id}: the setting "template" is empty, and SGLang takes text only`)
      continue
    }
    const ask = askBy(client, id, model, config.template)
    try {
      await ask(REWARD_PAIRS[0], signal, WARM_UP_MS)
      return { id, ask }
    } catch (error) {
      const code = errorCode(error)
      if (code === 'cancelled' || code === 'backend_unavailable' || isPausing(error)) throw error
      refusals.push(`${REWARD_ROUTES[id].path}: ${errorMessage(error)}`)
    }
  }
  throw requestError(
    { kind: 'config', reason: 'no_rewards', httpStatus: null },
    `The server gives no rewards. ${refusals.join(' ')}`,
    { code: 'capability_missing' },
  )
}

/** Opens a server of a reward model, as both `open` and the probe use it. */
export const connectReward: Connect<RewardConfig> = (config, env, signal) =>
  openPort(config, env, classifyReward, async (client) => {
    const listed = chooseModel(await listModels(client, signal), config.model)
    const model = listed.id
    const list = await askIfOffered(client, '/v1/models', modelsReplySchema, signal)
    const owner = list?.data.find(({ id }) => id === model)?.owned_by ?? ''
    const { id, ask } = await settleRoute(client, config, model, owner, signal)
    return {
      session: {
        identity: serverIdentity(
          'reward',
          { ...config, model },
          { server: owner || 'reward server', contextLength: listed.contextLength },
          { route: id, ...(config.template === '' ? {} : { template: config.template }) },
        ),
        limits: plainLimits(config.concurrency),
        reward: (pairs, abort) =>
          mapParallel(pairs, config.concurrency, (pair) => ask(pair, abort)),
        describe: async (abort) => {
          const now = chooseModel(await listModels(client, abort), model)
          return statedFacts({ contextLength: now.contextLength, place: now.root })
        },
      },
      model,
      missing: {
        chat: NOT_THIS,
        structured: NOT_THIS,
        outputLogprobs: NOT_THIS,
        promptLogprobs: NOT_THIS,
        embed: NOT_THIS,
        tokenize: NOT_THIS,
      },
      remedies: {
        reward: {
          remedy:
            'Serve a reward model, and give the template of its conversations, with the token at which it reads the reward, if it has one.',
        },
      },
    }
  })
