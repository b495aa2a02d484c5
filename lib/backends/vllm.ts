import { defineScoring } from './scoring/define'
import { vllmConfigSchema } from './vllm/config'

/** vLLM serving a generating model. */
export const vllm = defineScoring({
  id: 'vllm',
  label: 'vLLM',
  description:
    'Scores given text by token ids (IFD, IC-IFD), chats with log-probabilities and schemas. For embeddings run a second, pooling server.',
  config: vllmConfigSchema,
  connect: async (config, env, signal) =>
    (await import('./vllm/session')).openVllm(config, env, signal),
})
