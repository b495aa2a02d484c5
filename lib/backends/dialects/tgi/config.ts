import { z } from 'zod'
import { serverFields, tokenizerField } from '@/lib/backends/scoring/config'

/** What a user fills in for a TGI server, which serves one model. */
export const tgiConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:8080'),
  ...tokenizerField,
})

export type TgiConfig = z.infer<typeof tgiConfigSchema>
