import { runProbe } from '../probe'
import type {
  BackendEnvironment,
  CapabilityState,
  ModelIdentity,
  OnProbeStep,
  ProbeResult,
} from '../types'
import { EMBEDDING_MODELS } from './config'
import type { EmbeddingsConfig } from './config'
import { openEmbeddings } from './session'

const NO_LANGUAGE: CapabilityState = {
  state: 'no',
  reason: 'An embedding model; choose a language model for chat and scores.',
}

function unopened(config: EmbeddingsConfig): ModelIdentity {
  const model = EMBEDDING_MODELS[config.modelId]
  return {
    kind: 'embedded-embeddings',
    server: 'onnxruntime',
    model: config.modelId,
    revision: 'unknown',
    dtype: 'F32',
    settings: {},
    tokenizer: null,
    contextLength: model.maxPieces,
    bosId: null,
  }
}

/** Opens the model and tries what a metric may ask of it; never throws except on abort. */
export function probeEmbeddings(
  config: EmbeddingsConfig,
  env: BackendEnvironment,
  signal?: AbortSignal,
  onStep?: OnProbeStep,
): Promise<ProbeResult> {
  return runProbe({
    async connect() {
      const session = await openEmbeddings(config, env, signal)
      return {
        session,
        model: null,
        models: async () => [config.modelId],
        missing: {
          chat: NO_LANGUAGE,
          structured: NO_LANGUAGE,
          outputLogprobs: NO_LANGUAGE,
          promptLogprobs: NO_LANGUAGE,
          tokenize: NO_LANGUAGE,
        },
        remedies: {},
        textOnly: false,
        longestPrompt: null,
        rawOutputScores: false,
        key: null,
      }
    },
    unopened: unopened(config),
    signal,
    onStep,
  })
}
