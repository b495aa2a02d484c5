import { z } from 'zod'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'
import { defineOpenai } from '../openai/define'

/** LMDeploy's OpenAI-compatible server (`lmdeploy serve api_server`). */
export const lmdeploy = defineOpenai({
  id: 'lmdeploy',
  label: 'LMDeploy',
  description:
    'A model behind lmdeploy serve api_server: chat with schema and log-probabilities of generated tokens. It cannot score given text.',
  config: z.object({ ...serverFields('http://127.0.0.1:23333'), ...concurrencyField(64, 16) }),
  capabilities: ['chat', 'structured', 'outputLogprobs', 'tokenize'],
  flavour: async () => (await import('./flavour')).LMDEPLOY,
})
