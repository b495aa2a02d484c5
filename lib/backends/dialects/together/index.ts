import { scoringConfig } from '@/lib/backends/scoring/config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** Together's hosted models, scoring by echo. */
export const together = defineScoring({
  id: 'together',
  label: 'Together',
  description:
    'Hosted models. Scores given text where the model echoes it and its tokenizer.json is at hand; priced by the token.',
  config: scoringConfig('https://api.together.xyz'),
  server: async () => (await import('./session')).togetherServer,
})
