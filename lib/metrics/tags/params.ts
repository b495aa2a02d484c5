import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'

/** Parameters of every metric that reads a column of tags. */
export const tagParams = {
  tags: z
    .string()
    .max(LIMITS.key)
    .default('')
    .describe(
      'Id of the column of tags; empty takes the only one that the study has. Its run becomes part of the definition.',
    ),
  words: z
    .string()
    .default('')
    .meta({ hidden: true })
    .describe('Hash of the tags of the study and their rows, so that other tags make another run.'),
}
