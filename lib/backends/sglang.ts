import { defineScoring } from './scoring/define'
import { sglangConfigSchema } from './sglang/config'

/** SGLang, scoring through its own /generate route. */
export const sglang = defineScoring({
  id: 'sglang',
  label: 'SGLang',
  description:
    'Scores given text by token ids (IFD, IC-IFD) through /generate, chats with log-probabilities and schemas.',
  config: sglangConfigSchema,
  connect: async (config, env, signal) =>
    (await import('./sglang/session')).openSglang(config, env, signal),
})
