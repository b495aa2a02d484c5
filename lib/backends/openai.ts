import type { NetworkEnvironment } from './http/address'
import { openaiConfigSchema } from './openai/config'
import { defineBackend } from './types'

/** OpenAI and services that speak its chat and embeddings routes. */
export const openai = defineBackend({
  id: 'openai',
  label: 'OpenAI-compatible server',
  description:
    'Chat with log-probabilities of generated tokens, or embeddings, over the routes that OpenAI defined and most servers offer.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'embed'],
  config: openaiConfigSchema,
  async open(config, env: NetworkEnvironment, signal) {
    const { openSession } = await import('./openai/session')
    return openSession(config, env, signal)
  },
  async probe(config, env: NetworkEnvironment, signal) {
    const { probeOpenai } = await import('./openai/probe')
    return probeOpenai(config, env, signal)
  },
})
