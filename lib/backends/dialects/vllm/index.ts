import { scoringConfig } from '@/lib/backends/scoring/config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** vLLM serving a generating model. */
export const vllm = defineScoring({
  id: 'vllm',
  label: 'vLLM',
  description:
    'Scores given text by token ids (IFD, IC-IFD), chats with log-probabilities and schemas. For embeddings run a second, pooling server.',
  config: scoringConfig('http://127.0.0.1:8000'),
  server: async () => (await import('./session')).vllmServer,
})
