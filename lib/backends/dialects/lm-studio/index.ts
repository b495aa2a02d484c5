import { openaiConfigSchema } from '../openai/config'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'
import { defineServer } from '@/lib/backends/scoring/define'

/** LM Studio's local server. */
export const lmStudio = defineServer({
  id: 'lm-studio',
  label: 'LM Studio',
  description:
    'A model of a local LM Studio: chat with schema, or embeddings. Its replies carry no log-probabilities.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'embed'],
  config: openaiConfigSchema.extend({
    baseUrl: serverFields('http://127.0.0.1:1234').baseUrl,
    ...concurrencyField(64, 2),
  }),
  async connect(config, env, signal) {
    const { connectOpenai } = await import('../openai/session')
    const { LM_STUDIO } = await import('./flavour')
    return connectOpenai(config, env, LM_STUDIO, signal)
  },
})
