import { z } from 'zod'
import { serverFields } from '@/lib/backends/scoring/config'
import { defineServer } from '@/lib/backends/scoring/define'

/** Hugging Face's text-embeddings-inference. */
export const tei = defineServer({
  id: 'tei',
  label: 'TEI (text-embeddings-inference)',
  description:
    'Sentence embeddings from text-embeddings-inference. Texts beyond the limit of the model are refused, not cut.',
  capabilities: ['embed', 'tokenize'],
  config: z.object(serverFields('http://127.0.0.1:8080')),
  connect: async (...asked) => (await import('./session')).connectTei(...asked),
})
