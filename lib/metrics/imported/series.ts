import { z } from 'zod'
import { UNKNOWN_DEFINITION } from './metric'

/** Parameters of values that came in a file of their own: two files for the same rows disagree, so each is a series. */
export const seriesParams = z.object({
  definition: UNKNOWN_DEFINITION,
  series: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Several files of values for the same rows are runs of their own, numbered.'),
})
