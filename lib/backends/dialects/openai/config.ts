import { z } from 'zod'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'

/** What an OpenAI-compatible server's model is for; such a server rarely offers both with one model. */
export const useField = {
  use: z
    .enum(['chat', 'embeddings'])
    .default('chat')
    .describe('What the model is for. Add a second backend for the other use.'),
}

/** Settings of an OpenAI-compatible server. Keys are named by environment variable, never held. */
export const openaiConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:8000'),
  ...useField,
  ...concurrencyField(64, 16),
})

export type OpenaiConfig = z.infer<typeof openaiConfigSchema>
