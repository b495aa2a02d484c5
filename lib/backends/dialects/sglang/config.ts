import { z } from 'zod'
import { serverFields, tokenizerField } from '@/lib/backends/scoring/config'

/** What a user fills in for an SGLang server. */
export const sglangConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:30000'),
  ...tokenizerField,
})

export type SglangConfig = z.infer<typeof sglangConfigSchema>
