import { openaiConfigSchema } from '../openai/config'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'
import { defineOpenai } from '../openai/define'

/** LM Studio's local server. */
export const lmStudio = defineOpenai({
  id: 'lm-studio',
  label: 'LM Studio',
  description:
    'A model of a local LM Studio: chat with schema, or embeddings. Its replies carry no log-probabilities.',
  config: openaiConfigSchema.extend({
    baseUrl: serverFields('http://127.0.0.1:1234').baseUrl,
    ...concurrencyField(64, 2),
  }),
  flavour: async () => (await import('./flavour')).LM_STUDIO,
})
