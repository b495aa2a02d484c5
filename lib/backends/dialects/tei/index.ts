import { defineServer } from '@/lib/backends/scoring/define'
import { teiConfigSchema } from './config'

/** Hugging Face's text-embeddings-inference. */
export const tei = defineServer({
  id: 'tei',
  label: 'TEI (text-embeddings-inference)',
  description:
    'Sentence embeddings from text-embeddings-inference. Texts beyond the limit of the model are refused, not cut.',
  capabilities: ['embed', 'tokenize'],
  config: teiConfigSchema,
  connect: async (config, env, signal) =>
    (await import('./session')).connectTei(config, env, signal),
})
