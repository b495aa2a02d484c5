import { scoringAccuracy } from './accuracy'
import { embeddedConfig } from './config'
import type { EmbeddedConfig } from './config'
import { probeEmbedded } from './probe'
import { openEmbedded } from './session'
import { modelFilesHere, sizeOf } from '@/lib/models/here'
import { defineBackend } from '../types'

/** A language model inside the application: llama.cpp in a child process, any GGUF file, no server needed. */
export const embedded = defineBackend<EmbeddedConfig>({
  id: 'embedded',
  label: 'Embedded language model',
  description:
    'A GGUF model computed on this machine, with chat, structured output and prompt log-probabilities. Needs no server.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'promptLogprobs', 'tokenize'],
  local: true,
  filesHere: ({ modelId, modelPath }, dirs) =>
    modelPath === null ? modelFilesHere(modelId, dirs) : sizeOf(modelPath) !== null,
  config: embeddedConfig,
  scoringAccuracy,
  open: (config, env, signal) => openEmbedded(config, env, { signal }),
  probe: probeEmbedded,
})
