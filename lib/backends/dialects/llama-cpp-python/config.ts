import { z } from 'zod'
import { serverFields } from '@/lib/backends/scoring/config'

/** What a user fills in for a llama-cpp-python server, which answers one request at a time. */
export const llamaCppPythonConfigSchema = z.object({
  ...serverFields('http://127.0.0.1:8000'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(4)
    .default(1)
    .describe('Most requests in flight at once; the server works on one at a time.'),
})

export type LlamaCppPythonConfig = z.infer<typeof llamaCppPythonConfigSchema>
