import { openaiConfigSchema } from './config'
import { defineOpenai } from './define'

/** OpenAI and services that speak its chat and embeddings routes, vLLM's pooling server among them. */
export const openai = defineOpenai({
  id: 'openai',
  label: 'OpenAI-compatible server',
  description:
    'Chat with log-probabilities of generated tokens, or embeddings, over the routes that OpenAI defined and most servers offer.',
  config: openaiConfigSchema,
  flavour: async () => (await import('./session')).OPENAI,
})
