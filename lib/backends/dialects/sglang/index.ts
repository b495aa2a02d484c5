import { defineScoring } from '@/lib/backends/scoring/define'
import { sglangConfigSchema } from './config'

/** SGLang, scoring through its own /generate route. */
export const sglang = defineScoring({
  id: 'sglang',
  label: 'SGLang',
  description:
    'Scores given text by token ids (IFD, IC-IFD) through /generate, chats with log-probabilities and schemas.',
  config: sglangConfigSchema,
  connect: async (config, env, signal) =>
    (await import('./session')).openSglang(config, env, signal),
})
