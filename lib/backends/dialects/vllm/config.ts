import { z } from 'zod'
import { serverFields, tokenizerField } from '@/lib/backends/scoring/config'

/** What a user fills in for a vLLM server. */
export const vllmConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:8000'),
  ...tokenizerField,
})

export type VllmConfig = z.infer<typeof vllmConfigSchema>
