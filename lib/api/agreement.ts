import { z } from 'zod'
import { agreementReplySchema } from '@/lib/contracts/agreement'
import { get } from './endpoint'

// Comparing more runs at once than this says nothing that a few do not.
const MOST_RUNS = 20

export const agreementEndpoint = get('/studies/[studyId]/agreement', {
  summary: 'Lists the runs that hold ratings, and reports on those that are named.',
  query: z.object({
    runs: z
      .string()
      .default('')
      .transform((text) => text.split(',').filter(Boolean).slice(0, MOST_RUNS))
      .describe(
        'Ids separated by commas; the first two are compared, consistency is over all of them.',
      ),
  }),
  reply: agreementReplySchema,
})
