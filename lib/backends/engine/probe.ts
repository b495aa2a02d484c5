import { runProbe, type ProbePort } from '../probe'
import { GREEDY } from '../types'
import type {
  BackendEnvironment,
  BackendSession,
  CapabilityState,
  ModelIdentity,
  OnProbeStep,
  ProbeResult,
} from '../types'
import type { EmbeddedConfig } from './config'
import { openEmbedded } from './session'
import type { EmbeddedSession } from './session'

// Two of these take a few seconds on a processor; the limit is the engine's own, so longer ones prove nothing more.
const LONGEST_TRIED = 1024

const NO_EMBEDDINGS: CapabilityState = {
  state: 'no',
  reason: 'A language model; choose the embedded embeddings for sentence vectors.',
}
const NO_TEMPLATE: CapabilityState = {
  state: 'no',
  reason: 'The model file has no chat template; choose an instruction-tuned model.',
}

function unopened(config: EmbeddedConfig): ModelIdentity {
  return {
    kind: 'embedded',
    server: 'llama.cpp',
    model: config.modelPath ?? config.modelId,
    revision: 'unknown',
    dtype: 'unknown',
    settings: {},
    tokenizer: null,
    contextLength: null,
    bosId: null,
  }
}

/** Without a chat template the engine cannot chat, whatever methods its session has. */
function offered(session: EmbeddedSession): BackendSession {
  const { generate, ...rest } = session
  return session.info.hasChatTemplate ? { ...rest, generate } : rest
}

function portOf(session: EmbeddedSession): ProbePort {
  const { info, identity } = session
  const scores = info.scorer
    ? `${info.generator ? 'scores and replies' : 'scores'} in exact float32 by ${info.scorer}`
    : `scores by llama.cpp (${info.scorerReason})`
  const way =
    info.checkDifference === null
      ? `slow public functions (${info.fallbackReason}), ${scores}`
      : `${scores}, within ${info.checkDifference.toExponential(1)} nats of llama.cpp's public functions`
  return {
    session: offered(session),
    connected: way,
    model: null,
    models: async () => [identity.model],
    missing: {
      embed: NO_EMBEDDINGS,
      ...(info.hasChatTemplate
        ? {}
        : { chat: NO_TEMPLATE, structured: NO_TEMPLATE, outputLogprobs: NO_TEMPLATE }),
    },
    remedies: {},
    textOnly: false,
    longestPrompt: identity.contextLength,
    longestTried: LONGEST_TRIED,
    scoreDtype: info.scoringWeights ?? info.dtype,
    rawOutputScores: true,
    key: null,
    async continue({ ids }, count, signal) {
      const params = { ...GREEDY, maxTokens: count, topLogprobs: 0 }
      const { text, tokens } = await session.continueIds(ids, params, signal)
      return { text, tokens: tokens ?? [] }
    },
    detokenize: async (ids, signal) => (await session.tokenTexts(ids, signal)).join(''),
  }
}

/** Opens the model and tries everything that a metric may ask of it; never throws except on abort. */
export function probeEmbedded(
  config: EmbeddedConfig,
  env: BackendEnvironment,
  signal?: AbortSignal,
  onStep?: OnProbeStep,
): Promise<ProbeResult> {
  return runProbe({
    connect: async () => portOf(await openEmbedded(config, env, { signal })),
    unopened: unopened(config),
    signal,
    onStep,
  })
}
