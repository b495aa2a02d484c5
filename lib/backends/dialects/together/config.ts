import { z } from 'zod'
import { serverFields, tokenizerField } from '@/lib/backends/scoring/config'

/** What a user fills in for Together, which has no tokenizer route. */
export const togetherConfigSchema = z.object({
  ...serverFields('https://api.together.xyz'),
  ...tokenizerField,
})

export type TogetherConfig = z.infer<typeof togetherConfigSchema>
