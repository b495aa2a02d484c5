import { z } from 'zod'
import { useField } from '../openai/config'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'

/** Settings of an Ollama server. */
export const ollamaConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:11434'),
  ...useField,
  contextLength: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(8192)
    .describe(
      'Context that Ollama is told to make (num_ctx). Its own default is smaller and longer prompts would be cut.',
    ),
  ...concurrencyField(
    64,
    2,
    'Most requests in flight at once; the server works on OLLAMA_NUM_PARALLEL of them.',
  ),
})

export type OllamaConfig = z.infer<typeof ollamaConfigSchema>
