import type { NetworkEnvironment } from '../http/address'
import type { HttpClient } from '../http/client'
import type { ProbePort } from '../probe/port'
import type { SessionTokenizer } from '../tokenizer'
import type { BackendLimits, BackendSession, CapabilityState, ModelIdentity } from '../types'
import { keyOf, type ServerConfig } from './config'
import { listModels } from './models'

/** Scores id sequences of at least two tokens; one request or several. */
export type ScoreCall = NonNullable<BackendSession['scoreTokens']>

/** What a dialect found out and brings along. */
export interface Parts {
  client: HttpClient
  config: ServerConfig
  env: NetworkEnvironment
  identity: ModelIdentity
  generate: NonNullable<BackendSession['generate']>
  /** The scoring call, or why there is none. */
  score: ScoreCall | CapabilityState
  tokenizer: SessionTokenizer | CapabilityState
  /** Renders conversations to ids; null where the model has no template or the server no route. */
  chatIds?: BackendSession['chatIds'] | null
  /** What the server states of its model; see BackendSession. */
  describe?: BackendSession['describe']
  limits?: Partial<BackendLimits>
  missing?: ProbePort['missing']
  remedies?: ProbePort['remedies']
  textOnly: boolean
  longestPrompt: number | null
  /** Null where the server takes no model name. */
  model: string | null
  models?: ProbePort['models']
  /** A guarded request without the key; the list of models by default. */
  withoutKey?: ProbePort['withoutKey']
  scoreTexts?: ProbePort['scoreTexts']
  continue?: ProbePort['continue']
}

// Measured on vLLM: batch shape hardly matters on a processor, and on a graphics card larger batches cost memory.
const BATCH_TOKENS = 8_192
const BATCH_PROMPTS = 16

const NO_EMBEDDINGS: CapabilityState = {
  state: 'no',
  reason: 'This server generates text; it has no embeddings.',
  remedy: 'Add a second backend with an embedding model.',
}

/** Returns the scores of each sequence; a single token has none and is not sent, because servers refuse empty prompts. */
function onlyScorable(score: ScoreCall): ScoreCall {
  return async (sequences, signal) => {
    const scorable = sequences.filter((ids) => ids.length > 1)
    const scores = scorable.length > 0 ? await score(scorable, signal) : []
    let next = 0
    return sequences.map((ids) => {
      if (ids.length <= 1) return new Float32Array(ids.length).fill(NaN)
      next += 1
      return scores[next - 1] as Float32Array
    })
  }
}

function isMissing<T extends object>(part: T | CapabilityState): part is CapabilityState {
  return 'state' in part
}

/** Returns the session of a scoring server and what the probe asks beside it. */
export function assemble(parts: Parts): ProbePort {
  const { client, config, env, tokenizer, score } = parts
  const cuts = isMissing(tokenizer) ? null : tokenizer
  const session: BackendSession = {
    identity: parts.identity,
    limits: {
      chatConcurrency: config.concurrency,
      scoreConcurrency: config.concurrency,
      scoreBatchTokens: BATCH_TOKENS,
      scoreBatchPrompts: BATCH_PROMPTS,
      embedBatchTexts: 1,
      ...parts.limits,
    },
    generate: parts.generate,
    ...(isMissing(score) ? {} : { scoreTokens: onlyScorable(score) }),
    ...(cuts ? { tokenize: cuts.tokenize } : {}),
    ...(cuts?.tokenTexts ? { tokenTexts: cuts.tokenTexts } : {}),
    ...(parts.chatIds ? { chatIds: parts.chatIds } : {}),
    ...(parts.describe ? { describe: parts.describe } : {}),
    close: async () => client.close(),
  }
  const scores = !isMissing(score)
  return {
    session,
    model: parts.model,
    missing: {
      embed: NO_EMBEDDINGS,
      ...(isMissing(tokenizer) ? { tokenize: tokenizer } : {}),
      ...(isMissing(score) ? { promptLogprobs: score } : {}),
      ...parts.missing,
    },
    remedies: parts.remedies ?? {},
    textOnly: parts.textOnly,
    longestPrompt: parts.longestPrompt,
    rawOutputScores: true,
    models:
      parts.models ?? (async (signal) => (await listModels(client, signal)).map(({ id }) => id)),
    withoutKey: parts.withoutKey ?? ((signal) => listModels(client, signal, true)),
    key: keyOf(config, env),
    ...(scores && parts.scoreTexts ? { scoreTexts: parts.scoreTexts } : {}),
    ...(scores && parts.continue ? { continue: parts.continue } : {}),
    ...(cuts?.detokenize ? { detokenize: cuts.detokenize } : {}),
  }
}
