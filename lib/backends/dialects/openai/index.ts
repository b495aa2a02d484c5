import { openaiConfigSchema } from './config'
import { defineServer } from '@/lib/backends/scoring/define'

/** OpenAI and services that speak its chat and embeddings routes, vLLM's pooling server among them. */
export const openai = defineServer({
  id: 'openai',
  label: 'OpenAI-compatible server',
  description:
    'Chat with log-probabilities of generated tokens, or embeddings, over the routes that OpenAI defined and most servers offer.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'embed'],
  config: openaiConfigSchema,
  async connect(config, env, signal) {
    const { connectOpenai, OPENAI } = await import('./session')
    return connectOpenai(config, env, OPENAI, signal)
  },
})
