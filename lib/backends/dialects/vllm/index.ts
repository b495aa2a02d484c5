import { defineScoring } from '@/lib/backends/scoring/define'
import { vllmConfigSchema } from './config'

/** vLLM serving a generating model. */
export const vllm = defineScoring({
  id: 'vllm',
  label: 'vLLM',
  description:
    'Scores given text by token ids (IFD, IC-IFD), chats with log-probabilities and schemas. For embeddings run a second, pooling server.',
  config: vllmConfigSchema,
  connect: async (config, env, signal) => (await import('./session')).openVllm(config, env, signal),
})
