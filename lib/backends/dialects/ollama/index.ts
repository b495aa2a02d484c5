import { ollamaConfigSchema } from './config'
import { defineServer } from '@/lib/backends/scoring/define'

/** Ollama over its own routes, because the OpenAI ones cannot set the context length. */
export const ollama = defineServer({
  id: 'ollama',
  label: 'Ollama',
  description:
    'A model of a local Ollama: chat with schema and log-probabilities of generated tokens (from 0.12.11), or embeddings. It cannot score given text.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'embed'],
  config: ollamaConfigSchema,
  connect: async (...asked) => (await import('./session')).connectOllama(...asked),
})
