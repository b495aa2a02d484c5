import { z } from 'zod'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'
import { defineServer } from '@/lib/backends/scoring/define'

/** LMDeploy's OpenAI-compatible server (`lmdeploy serve api_server`). */
export const lmdeploy = defineServer({
  id: 'lmdeploy',
  label: 'LMDeploy',
  description:
    'A model behind lmdeploy serve api_server: chat with schema and log-probabilities of generated tokens. It cannot score given text.',
  capabilities: ['chat', 'structured', 'outputLogprobs', 'tokenize'],
  config: z.object({ ...serverFields('http://127.0.0.1:23333'), ...concurrencyField(64, 16) }),
  async connect(config, env, signal) {
    const { connectOpenai } = await import('../openai/session')
    const { LMDEPLOY } = await import('./flavour')
    return connectOpenai({ ...config, use: 'chat' }, env, LMDEPLOY, signal)
  },
})
