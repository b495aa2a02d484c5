import { z } from 'zod'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'
import { defineServer } from '@/lib/backends/scoring/define'

/** The server of llama.cpp: chat and generated scores, or embeddings; no scores of given text. */
export const llamaServer = defineServer({
  id: 'llama-server',
  label: 'llama.cpp (llama-server)',
  description:
    'A GGUF model behind llama-server: chat with schema and log-probabilities of generated tokens, or embeddings. It cannot score given text.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'embed', 'tokenize'],
  config: z.object({
    ...serverFields('http://127.0.0.1:8080'),
    ...concurrencyField(
      64,
      4,
      'Most requests in flight at once; never more than the server has slots. Requests for log-probabilities always run alone.',
    ),
  }),
  connect: async (...asked) => (await import('./session')).connectLlamaServer(...asked),
})
