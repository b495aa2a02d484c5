import { z } from 'zod'

// As the reference scripts: room for a judge that thinks aloud; replies end far earlier.
const MAX_TOKENS = 2048

/** Returns the parameters that every judge metric has. */
export function judgeParams(promptId: string) {
  return z.object({
    parse: z
      .enum(['tolerant', 'exact'])
      .default('tolerant')
      .describe(
        'How replies are read: exact is the parser of the reference script, tolerant repairs more.',
      ),
    constrained: z
      .boolean()
      .default(false)
      .describe(
        'Constrains the reply by a JSON schema, where the backend can; the exact-parse rate then says nothing.',
      ),
    maxTokens: z
      .number()
      .int()
      .min(4)
      .max(8192)
      .default(MAX_TOKENS)
      .describe('Longest reply in tokens; a reply cut by it counts only when it is exact.'),
    promptText: z
      .string()
      .max(20_000)
      .default('')
      .describe(
        `Your own text for the prompt ${promptId}, with {instruction} in it; empty uses the built-in one.`,
      ),
  })
}

/** Parameters of a judge metric, defaults filled in. */
export type JudgeParams = z.infer<ReturnType<typeof judgeParams>>
