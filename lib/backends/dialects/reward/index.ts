import { defineServer } from '@/lib/backends/scoring/define'
import { rewardConfigSchema } from './config'

/** A server of a reward model: vLLM's pooling and classify routes, SGLang's classify, llama-server's rerank. */
export const reward = defineServer({
  id: 'reward',
  label: 'Reward model (vLLM, SGLang, llama-server)',
  description:
    'One number for a request and a reply to it, from a server of a reward model. It neither chats nor embeds.',
  capabilities: ['reward'],
  config: rewardConfigSchema,
  connect: async (...asked) => (await import('./session')).connectReward(...asked),
})
