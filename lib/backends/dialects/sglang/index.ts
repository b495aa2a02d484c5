import { scoringConfig } from '@/lib/backends/scoring/config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** SGLang, scoring through its own /generate route. */
export const sglang = defineScoring({
  id: 'sglang',
  label: 'SGLang',
  description:
    'Scores given text by token ids (IFD, IC-IFD) through /generate, chats with log-probabilities and schemas.',
  config: scoringConfig('http://127.0.0.1:30000'),
  server: async () => (await import('./session')).sglangServer,
})
