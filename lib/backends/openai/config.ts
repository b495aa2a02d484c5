import { z } from 'zod'

/** What a user fills in for an OpenAI-compatible server. Keys are named by environment variable, never held. */
export const openaiConfigSchema = z.object({
  baseUrl: z
    .string()
    .min(1)
    .max(200)
    .default('http://127.0.0.1:8000')
    .describe('Address of the server, with a path prefix if it has one. "/v1" may be left out.'),
  model: z
    .string()
    .min(1)
    .max(200)
    .default('default')
    .describe('Model name as the server knows it.'),
  use: z
    .enum(['chat', 'embeddings'])
    .default('chat')
    .describe('What the model is for. Add a second backend for the other use.'),
  keyEnv: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]*$/i, 'Give the name of an environment variable, not the key itself.')
    .nullable()
    .default(null)
    .describe(
      'Environment variable that holds the key, read when a request is made. Empty = no key.',
    ),
  revision: z
    .string()
    .max(120)
    .default('unknown')
    .describe(
      'Revision or date of the model, if you know it; part of the identity of every number.',
    ),
  contextLength: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Context length in tokens, if you know it.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(16)
    .describe('Most requests in flight at once.'),
  allowPlainHttp: z
    .boolean()
    .default(false)
    .describe(
      'Allows unencrypted http beyond this machine. Texts and keys can then be read on the way.',
    ),
  promptPricePerMillion: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Price of a million prompt tokens, for the estimate before a run.'),
  completionPricePerMillion: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Price of a million generated tokens, for the estimate before a run.'),
})

export type OpenaiConfig = z.infer<typeof openaiConfigSchema>
