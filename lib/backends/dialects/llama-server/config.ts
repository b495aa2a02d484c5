import { z } from 'zod'
import { concurrencyField, serverFields } from '@/lib/backends/scoring/config'

/** Settings of a llama-server. */
export const llamaServerConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:8080'),
  ...concurrencyField(
    64,
    4,
    'Most requests in flight at once; never more than the server has slots. Requests for log-probabilities always run alone.',
  ),
})

export type LlamaServerConfig = z.infer<typeof llamaServerConfigSchema>
