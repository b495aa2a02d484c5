import { z } from 'zod'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'
import { defineScoring } from '@/lib/backends/scoring/define'

/** The server of llama-cpp-python, scoring by echo where the model has a BOS. */
export const llamaCppPython = defineScoring({
  id: 'llama-cpp-python',
  label: 'llama-cpp-python server',
  description:
    'Scores given text where the model has a BOS (without one its values are off by one and refused); slow, one request at a time.',
  config: z.object({
    ...serverFields('http://127.0.0.1:8000'),
    ...concurrencyField(
      4,
      1,
      'Most requests in flight at once; the server works on one at a time.',
    ),
  }),
  server: async () => (await import('./session')).llamaCppPythonServer,
})
