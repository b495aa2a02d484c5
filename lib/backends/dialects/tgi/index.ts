import { defineScoring } from '@/lib/backends/scoring/define'
import { tgiConfigSchema } from './config'

/** Text Generation Inference, scoring through the details of its prefill. */
export const tgi = defineScoring({
  id: 'tgi',
  label: 'Text Generation Inference (TGI)',
  description:
    'Scores given text where the server was started with --enable-prefill-logprobs, one text a request; chats with log-probabilities.',
  config: tgiConfigSchema,
  connect: async (config, env, signal) => (await import('./session')).openTgi(config, env, signal),
})
