import { z } from 'zod'
import { serverFields, tokenizerField } from '@/lib/backends/scoring/config'

/** What a user fills in for Fireworks, which has no tokenizer route. */
export const fireworksConfigSchema = z.object({
  ...serverFields('https://api.fireworks.ai/inference'),
  ...tokenizerField,
})

export type FireworksConfig = z.infer<typeof fireworksConfigSchema>
