import { scoringConfig } from '@/lib/backends/scoring/config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** Text Generation Inference, scoring through the details of its prefill. */
export const tgi = defineScoring({
  id: 'tgi',
  label: 'Text Generation Inference (TGI)',
  description:
    'Scores given text where the server was started with --enable-prefill-logprobs, one text a request; chats with log-probabilities.',
  config: scoringConfig('http://127.0.0.1:8080'),
  server: async () => (await import('./session')).tgiServer,
})
