import { defineScoring } from '@/lib/backends/scoring/define'
import { togetherConfigSchema } from './config'

/** Together's hosted models, scoring by echo. */
export const together = defineScoring({
  id: 'together',
  label: 'Together',
  description:
    'Hosted models. Scores given text where the model echoes it and its tokenizer.json is at hand; priced by the token.',
  config: togetherConfigSchema,
  connect: async (config, env, signal) =>
    (await import('./session')).openTogether(config, env, signal),
})
