import { scoringConfig } from '@/lib/backends/scoring/config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** Fireworks' hosted models, scoring ids by echo. */
export const fireworks = defineScoring({
  id: 'fireworks',
  label: 'Fireworks',
  description:
    "Hosted models. Scores given token ids where the model's echo passes the probe and its tokenizer.json is at hand; priced by the token.",
  config: scoringConfig('https://api.fireworks.ai/inference'),
  server: async () => (await import('./session')).fireworksServer,
})
