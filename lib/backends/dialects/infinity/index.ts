import { z } from 'zod'
import { serverFields } from '@/lib/backends/scoring/config'
import { defineServer } from '@/lib/backends/scoring/define'

/** Infinity: OpenAI's embeddings route without its prefix. */
export const infinity = defineServer({
  id: 'infinity',
  label: 'Infinity',
  description:
    'Sentence embeddings from an Infinity server. It cuts long texts without saying so; the limit of the model is not known.',
  capabilities: ['embed'],
  config: z.object(serverFields('http://127.0.0.1:7997')),
  connect: async (...asked) => (await import('./session')).connectInfinity(...asked),
})
