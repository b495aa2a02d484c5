import { z } from 'zod'
import { route } from '@/lib/http/route'
import { agreement } from '@/lib/services/agreement'

// Comparing more runs at once than this says nothing that a few do not.
const MOST_RUNS = 20

export const GET = route({
  params: z.object({ studyId: z.string() }),
  /** `runs`: ids separated by commas; the first two are compared, consistency is over all. */
  query: z.object({ runs: z.string().default('') }),
  handler: ({ ctx, params: { studyId }, query, signal }) => {
    const ids = query.runs.split(',').filter(Boolean).slice(0, MOST_RUNS)
    return agreement(ctx.db, studyId, ids, signal)
  },
})
